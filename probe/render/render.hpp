#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/exit_status.hpp"
#include "core/verdict.hpp"

namespace probe {

/// Docker keeps so many bytes of a check's output, and drops the rest.
inline constexpr std::size_t max_output = 4096;

enum class Format { text, json, nagios, prometheus };

std::optional<Format> format_from(std::string_view name) noexcept;
/// What format_from takes, for error messages.
inline constexpr std::string_view accepted_formats = "text, json, nagios, prometheus";

/// In text and json one line for each verdict, in their order, max_output bytes in all. Where
/// that is too much, each line is cut to its share; where even that is too
/// much, the worst come first, the healthy are only counted, and so are those
/// that find no room. The other two are whole reports: nagios_report() and prometheus_metrics().
std::string render(std::span<const Verdict> verdicts, Format format, const ExitPolicy& exit_policy);

/// Of more services than this, text and json only count the healthy ones: no line is shorter
/// than `a healthy [healthy]: ...`.
inline constexpr std::size_t max_listed = max_output / 16;

/// What the process returns to whoever reads this format.
int exit_status_for(Format format, std::span<const Verdict> verdicts,
                    const ExitPolicy& exit_policy) noexcept;

}  // namespace probe
