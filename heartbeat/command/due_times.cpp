#include "command/due_times.hpp"

#include <algorithm>

#include "heartbeat/error.hpp"

namespace heartbeat::command {
namespace {

using std::chrono::days;

constexpr days search_range{366};

TimeZone zone_of(const std::string& name) {
  const auto zone = TimeZone::find(name);
  if (!zone) throw ConfigError{zone.error()};
  return *zone;
}

}  // namespace

DueTimes::DueTimes(std::string_view text, const std::vector<SpecialDate>& dates)
    : DueTimes{parse_due_times(text), dates} {}

DueTimes::DueTimes(ParsedDueTimes parsed, const std::vector<SpecialDate>& dates)
    : times_{std::move(parsed.times)}, dates_{dates}, zone_{zone_of(parsed.zone)} {}

bool DueTimes::is_holiday(std::chrono::local_days date) const {
  // A date may be listed twice: all its sessions count.
  const auto is_on_date = [date](const SpecialDate& special) { return special.date == date; };
  return std::ranges::any_of(dates_, is_on_date) &&
         std::ranges::none_of(dates_, [&](const SpecialDate& special) {
           return is_on_date(special) && !special.sessions.empty();
         });
}

std::optional<DueTimes::Seconds> DueTimes::next(Seconds after) const {
  const auto today = zone_.date_at(after);
  for (auto date = today; date <= today + search_range; date += days{1}) {
    if (is_holiday(date)) continue;
    const auto weekday = std::chrono::weekday{date}.c_encoding();
    std::optional<Seconds> first;
    for (const auto& weekly : times_) {
      if (!weekly.days[weekday]) continue;
      const auto due = zone_.to_utc(date + weekly.time);
      if (due > after && (!first || due < *first)) first = due;
    }
    if (first) return first;
  }
  return std::nullopt;
}

}  // namespace heartbeat::command
