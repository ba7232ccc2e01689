#include "heartbeat/schedule.hpp"

#include <algorithm>

#include "checks/schedule_grammar.hpp"
#include "checks/time_zone.hpp"

namespace heartbeat {

namespace {

using std::chrono::days;
using Seconds = Schedule::Seconds;

constexpr days horizon{15};
// Nanoseconds since 1970 can count both.
constexpr Seconds first_change{};
constexpr Seconds last_change = std::chrono::sys_days{std::chrono::year{2200} / 1 / 1};

struct Interval {
  Seconds begin;
  Seconds end;
};

/// Sorts the intervals and joins those that touch or overlap.
std::vector<Interval> merged(std::vector<Interval> intervals) {
  std::ranges::sort(intervals, {}, &Interval::begin);
  std::vector<Interval> result;
  for (const auto& interval : intervals) {
    if (interval.begin >= interval.end) continue;  // the change to summer time skips all of it
    if (result.empty() || result.back().end < interval.begin)
      result.push_back(interval);
    else
      result.back().end = std::max(result.back().end, interval.end);
  }
  return result;
}

}  // namespace

struct Schedule::Data {
  std::string text;
  std::vector<WeeklySession> sessions;
  std::vector<SpecialDate> dates;
  TimeZone zone;

  std::vector<Interval> intervals_around(Seconds moment) const {
    const auto today = zone.date_at(moment);
    // A session may end on the next day, and the zone's date may differ from the UTC date.
    const auto reach = horizon + days{2};
    std::vector<Interval> intervals;
    for (auto date = today - reach; date <= today + reach; date += days{1}) {
      const auto add = [&](const DaySession& times) {
        intervals.push_back({zone.to_utc(date + times.begin), zone.to_utc(date + times.end)});
      };
      bool is_special = false;  // a date may be listed twice: all its sessions count
      for (const auto& special : dates) {
        if (special.date != date) continue;
        is_special = true;
        std::ranges::for_each(special.sessions, add);
      }
      if (is_special) continue;
      const auto weekday = std::chrono::weekday{date}.c_encoding();
      for (const auto& session : sessions)
        if (session.days[weekday]) add(session.times);
    }
    return merged(std::move(intervals));
  }
};

Schedule::Schedule(std::string_view text, const std::vector<std::string>& dates) {
  auto parsed = parse_schedule(text);
  const auto zone = TimeZone::find(parsed.zone);
  if (!zone) reject_schedule(text, zone.error());
  std::vector<SpecialDate> special_dates;
  special_dates.reserve(dates.size());
  for (const auto& date : dates) special_dates.push_back(parse_special_date(date, text));
  data_ = std::make_shared<const Data>(
      Data{std::string{text}, std::move(parsed.sessions), std::move(special_dates), *zone});
}

Schedule::View Schedule::at(std::chrono::system_clock::time_point moment) const {
  const auto now = std::chrono::floor<std::chrono::seconds>(moment);
  // A session that begins later does not matter.
  constexpr auto search_range = horizon + days{1};
  View view{
      .open = false, .changed = first_change, .changes = now + search_range, .holds_until = {}};
  for (const auto& interval : data_->intervals_around(now)) {
    if (interval.end <= now) {
      view.changed = interval.end;
      continue;
    }
    view.open = interval.begin <= now;
    if (view.open) view.changed = interval.begin;
    view.changes = view.open ? interval.end : interval.begin;
    break;
  }
  view.holds_until = view.changes;
  if (view.changes > now + horizon) {
    view.holds_until = std::min(view.changes, now + search_range) - horizon;
    view.changes = last_change;
  }
  if (view.changed < now - horizon)
    view.changed = first_change;
  else
    view.holds_until = std::min(view.holds_until, view.changed + horizon + Seconds::duration{1});
  return view;
}

const std::string& Schedule::text() const noexcept { return data_->text; }

}  // namespace heartbeat
