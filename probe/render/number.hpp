#pragma once

#include <optional>
#include <string>

#include "document/document.hpp"

/// Numbers as programs read them.
namespace probe {

/// The shortest text that gives the same double again: `3`, `75.117`.
std::string format_number(double value);

/// What a check measured, as a number: a truth is 1 or 0.
std::optional<double> number_in(const heartbeat::Value& value) noexcept;

}  // namespace probe
