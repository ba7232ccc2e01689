#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace heartbeat {

/// Times of one day, since its midnight. `end` is greater than `begin`, maybe on the next day.
struct DaySession {
  std::chrono::minutes begin{0};
  std::chrono::minutes end{0};
};

/// A session on some days of the week.
struct WeeklySession {
  std::array<bool, 7> days{};  ///< from Sunday on
  DaySession times{};
};

/// A time of day on some days of the week.
struct WeeklyTime {
  std::array<bool, 7> days{};  ///< from Sunday on
  std::chrono::minutes time{0};
};

/// A date with sessions of its own instead of the weekly ones; without any it is a holiday.
struct SpecialDate {
  std::chrono::local_days date{};
  std::vector<DaySession> sessions{};
};

struct ParsedSchedule {
  std::vector<WeeklySession> sessions;
  std::string zone;
};

struct ParsedDueTimes {
  std::vector<WeeklyTime> times;
  std::string zone;
};

// The grammar is in heartbeat/schedule.hpp. Each throws ConfigError, which names the wrong part and
// what is accepted.
ParsedSchedule parse_schedule(std::string_view text);
/// DAYS HH:MM[, DAYS HH:MM]... ZONE.
ParsedDueTimes parse_due_times(std::string_view text);
SpecialDate parse_special_date(std::string_view date);

/// The dates in the content of a file: one a line, with comments from `#` on. The line ends of
/// Windows are accepted. The error begins with the number of the line.
std::vector<SpecialDate> parse_dates(std::string_view content);

}  // namespace heartbeat
