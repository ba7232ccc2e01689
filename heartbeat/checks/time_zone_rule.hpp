#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace heartbeat {

/// The rule at the end of a time zone's file, which holds after the last change that the file
/// lists: POSIX's form, with hours from -167 to 167, such as EST5EDT,M3.2.0,M11.1.0.
struct TimeZoneRule {
  /// One change of the year.
  struct Yearly {
    enum class Form { weekday, day_without_leap_day, day_of_year } form = Form::weekday;
    unsigned month = 0;
    unsigned week = 0;  ///< 5 is the last
    unsigned day = 0;   ///< of the week, from Sunday = 0 on; or of the year
    std::chrono::seconds time{0};
  };
  /// The time from which on an offset holds.
  struct Change {
    std::chrono::sys_seconds at{};
    std::chrono::seconds offset{0};
  };

  std::chrono::seconds standard{0};  ///< east of Greenwich
  std::chrono::seconds summer{0};
  bool has_summer_time = false;
  Yearly summer_begins{};
  Yearly summer_ends{};

  /// The latest change at or before the moment.
  Change change_before(std::chrono::sys_seconds moment) const;
  /// The first change after the moment; nothing if there is none.
  std::optional<std::chrono::sys_seconds> change_after(std::chrono::sys_seconds moment) const;
};

/// Nothing if the text is not a rule.
std::optional<TimeZoneRule> parse_time_zone_rule(std::string_view text);

}  // namespace heartbeat
