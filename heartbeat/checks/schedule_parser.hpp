#pragma once

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace heartbeat {

/// Sessions that begin on some days of the week, at the same time of the day.
struct WeeklySession {
  std::array<bool, 7> days{};  ///< from Sunday on
  std::chrono::minutes begin{0};
  std::chrono::minutes end{0};  ///< after midnight of the first day: above `begin`
};

struct ParsedSchedule {
  std::vector<WeeklySession> sessions;
  std::string zone;
};

/// Reads the grammar of Schedule. Throws ConfigError; whether there is such a
/// zone is not asked.
ParsedSchedule parse_schedule(std::string_view text);

/// Reads YYYY-MM-DD. Throws ConfigError, in the name of the schedule `text`.
std::chrono::local_days parse_holiday(std::string_view holiday, std::string_view text);

/// A mistake in the schedule `text`.
[[noreturn]] void reject_schedule(std::string_view text, const std::string& complaint);

}  // namespace heartbeat
