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

/// A date with sessions of its own instead of the weekly ones; without any it is a holiday.
struct SpecialDate {
  std::chrono::local_days date{};
  std::vector<DaySession> sessions{};
};

struct ParsedSchedule {
  std::vector<WeeklySession> sessions;
  std::string zone;
};

// The grammar is in heartbeat/schedule.hpp. Both throw ConfigError, which names the wrong part of
// the schedule `text` and what is accepted.
ParsedSchedule parse_schedule(std::string_view text);
SpecialDate parse_special_date(std::string_view date, std::string_view text);

[[noreturn]] void reject_schedule(std::string_view text, const std::string& complaint);

}  // namespace heartbeat
