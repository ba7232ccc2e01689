#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "document/document.hpp"

namespace heartbeat {

/// Reads "500ms", "3s", "2m", "1h", "1.5s" or a bare number of seconds. Returns nothing for other
/// text: a sign, spaces, another unit, more than 10 years, a fraction of a millisecond.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// What parse_duration() accepts, for error messages.
inline constexpr std::string_view accepted_durations =
    "500ms, 3s, 2m, 1h; a bare number is seconds";

/// A duration for people, rounded down: 0s, 250ms, 1.5s, 75s, 4m58s, 1h, 2h5m, 3d4h.
std::string format_duration(std::chrono::milliseconds duration);

/// Two durations for one sentence. In seconds if they would read alike, or one in ms and one not:
/// 30.192s and 30s.
std::pair<std::string, std::string> format_durations(std::chrono::milliseconds first,
                                                     std::chrono::milliseconds second);

/// RFC 3339 in UTC with milliseconds: 2026-11-23T09:15:00.250Z.
std::string format_timestamp(WallTime time);
/// The same, appended to a text.
void append_timestamp(WallTime time, std::string& text);

/// Reads that form, with a fraction of 1 to 9 digits or without one.
std::optional<WallTime> parse_timestamp(std::string_view text);

}  // namespace heartbeat
