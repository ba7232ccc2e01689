#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "document/document.hpp"

namespace heartbeat {

/// RFC 3339 in UTC with milliseconds: 2026-11-23T09:15:00.250Z.
std::string format_timestamp(WallTime time);

/// Reads that form, with a fraction of 1 to 9 digits or without one.
std::optional<WallTime> parse_timestamp(std::string_view text);

}  // namespace heartbeat
