#pragma once

#include <optional>
#include <string_view>

#include "document/document.hpp"

/// The one spelling of each enumerator that travels in the document. heartbeat/status.hpp and
/// heartbeat/condition.hpp declare to_string() for the others.
namespace heartbeat {

std::string_view to_string(CheckState state) noexcept;

/// The Status, Severity, CheckState, Kind or Comparison of exactly that name.
template <typename Enum>
std::optional<Enum> enum_from(std::string_view name) noexcept;

}  // namespace heartbeat
