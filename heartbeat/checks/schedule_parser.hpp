#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace heartbeat {

/// Sessions on some days of the week, at the same time of the day.
struct WeeklySession {
  std::array<bool, 7> days{};  ///< from Sunday on
  std::chrono::minutes begin{0};
  std::chrono::minutes end{0};  ///< since midnight of the first day; greater than `begin`
};

struct ParsedSchedule {
  std::vector<WeeklySession> sessions;
  std::string zone;
};

/// Parses the grammar of Schedule. Throws ConfigError; does not look the zone up.
ParsedSchedule parse_schedule(std::string_view text);

/// Parses YYYY-MM-DD. Throws ConfigError, which names the schedule `text`.
std::chrono::local_days parse_holiday(std::string_view holiday, std::string_view text);

/// Throws ConfigError for a mistake in the schedule `text`.
[[noreturn]] void reject_schedule(std::string_view text, const std::string& complaint);

}  // namespace heartbeat
