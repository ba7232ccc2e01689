#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/schedule_grammar.hpp"
#include "checks/time_zone.hpp"

namespace heartbeat::command {

/// When a job is due: "Mon-Fri 16:00 Asia/Kolkata", with the holidays of a calendar. A time that
/// the change to summer time skips is the moment of the change; one that occurs twice is its first
/// occurrence. Depends only on the arguments and the zone's rules.
class DueTimes {
 public:
  using Seconds = std::chrono::sys_seconds;

  /// A date without hours among `dates` is a holiday, on which nothing is due; one with hours is a
  /// day as any other. Throws ConfigError, which names the wrong part.
  explicit DueTimes(std::string_view text, const std::vector<SpecialDate>& dates = {});

  /// The first due time after the moment. Nothing: none within a year, for holidays.
  std::optional<Seconds> next(Seconds after) const;

 private:
  DueTimes(ParsedDueTimes parsed, const std::vector<SpecialDate>& dates);
  bool is_holiday(std::chrono::local_days date) const;

  std::vector<WeeklyTime> times_;
  std::vector<SpecialDate> dates_;
  TimeZone zone_;
};

}  // namespace heartbeat::command
