#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/verdict.hpp"
#include "render/render.hpp"

/// All checks of a service and its writer, as --checks shows them. Text from Redis comes out
/// escaped.
namespace probe {

/// Failing checks first, then those that wait, pass and are suppressed; each time the critical ones
/// first, in the document's order.
std::vector<const heartbeat::CheckReport*> worst_first(
    const std::vector<heartbeat::CheckReport>& checks);

/// Says that the checks of a stale document are no longer true; empty for any other.
std::string_view note_on_age(const Verdict& verdict) noexcept;

/// The verdict's line, a table of the checks, and a line for each thing known of the writer. Texts
/// are wrapped to `columns`; a row of the table is as long as it must be.
std::vector<std::string> check_lines(const Verdict& verdict, std::size_t columns);

/// For each verdict, worst first: check_lines(), or its JSON in full. A verdict that
/// covers replicas is followed by those of its replicas, which are among `members`.
std::string checks_report(Verdicts verdicts, Verdicts members, Format format,
                          const ExitPolicy& exit_policy);

}  // namespace probe
