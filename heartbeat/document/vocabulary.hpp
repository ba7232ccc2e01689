#pragma once

#include <optional>
#include <string_view>

#include "document/document.hpp"

/// The one spelling of each word that travels in the document.
namespace heartbeat {

std::string_view to_string(CheckState state) noexcept;

std::optional<Severity> severity_from(std::string_view name) noexcept;
std::optional<CheckState> check_state_from(std::string_view name) noexcept;
std::optional<Kind> kind_from(std::string_view name) noexcept;
std::optional<Comparison> comparison_from(std::string_view name) noexcept;

}  // namespace heartbeat
