#include "heartbeat/schedule.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "checks/time_zone.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "heartbeat/error.hpp"

namespace heartbeat {

/// Sessions on some days of the week, at the same time of the day.
struct WeeklySession {
  std::array<bool, 7> days{};  ///< from Sunday on
  std::chrono::minutes begin{0};
  std::chrono::minutes end{0};  ///< since midnight of the first day; greater than `begin`
};

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;
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

struct ParsedSchedule {
  std::vector<WeeklySession> sessions;
  std::string zone;
};

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }

[[noreturn]] void reject_schedule(std::string_view text, const std::string& complaint) {
  throw ConfigError{"schedule " + quoted(text) + ": " + complaint};
}

constexpr std::array<std::string_view, 7> day_names{"sun", "mon", "tue", "wed",
                                                    "thu", "fri", "sat"};

/// Removes the text up to and including the separator; returns the text before the separator.
std::string_view take_until(char separator, std::string_view& text) {
  const auto part = text.substr(0, text.find(separator));
  text.remove_prefix(part.size() < text.size() ? part.size() + 1 : part.size());
  return part;
}

std::optional<std::size_t> day(std::string_view name) {
  const auto same = [](char a, char b) { return lower(a) == b; };
  const auto found = std::ranges::find_if(
      day_names, [&](std::string_view day) { return std::ranges::equal(name, day, same); });
  if (found == day_names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - day_names.begin());
}

std::array<bool, 7> parse_days(std::string_view list, std::string_view text) {
  std::array<bool, 7> chosen{};
  for (bool more = true; more;) {
    more = list.find('+') != list.npos;
    const auto item = take_until('+', list);
    const auto dash = item.find('-');
    const auto first = day(item.substr(0, dash));
    const auto last = dash == item.npos ? first : day(item.substr(dash + 1));
    if (!first || !last)
      reject_schedule(text, quoted(item) + " is not a day of the week (accepted: Mon, Tue, Wed, " +
                                "Thu, Fri, Sat, Sun; Mon-Fri; Mon+Wed+Fri)");
    for (auto d = *first;; d = (d + 1) % 7) {
      chosen[d] = true;
      if (d == *last) break;
    }
  }
  return chosen;
}

std::optional<minutes> time_of_day(std::string_view hh_mm) {
  if (hh_mm.size() != 5 || hh_mm[2] != ':' || std::ranges::count_if(hh_mm, is_digit) != 4)
    return std::nullopt;
  const minutes minute{parse_integer<int>(hh_mm.substr(3)).value_or(0)};
  const minutes time = hours{parse_integer<int>(hh_mm.substr(0, 2)).value_or(0)} + minute;
  if (minute >= hours{1} || time > hours{24}) return std::nullopt;
  return time;
}

WeeklySession parse_session(std::string_view session, std::string_view text) {
  const auto blank = session.find_first_of(" \t");
  if (blank == session.npos)
    reject_schedule(text, quoted(session) + " is not a session (accepted: DAYS HH:MM-HH:MM)");
  WeeklySession result;
  result.days = parse_days(session.substr(0, blank), text);
  const auto times = trimmed(session.substr(blank));
  const auto dash = times.find('-');
  const auto begin = time_of_day(times.substr(0, dash));
  const auto end = dash == times.npos ? std::nullopt : time_of_day(times.substr(dash + 1));
  if (!begin || !end || *begin == hours{24})
    reject_schedule(text, quoted(times) + " is not a time range " +
                              "(accepted: HH:MM-HH:MM, from 00:00 to 24:00)");
  result.begin = *begin;
  result.end = *end > *begin ? *end : *end + hours{24};
  return result;
}

ParsedSchedule parse_schedule(std::string_view text) {
  constexpr auto example =
      "(accepted: DAYS HH:MM-HH:MM[, ...] ZONE, such as "
      "Mon-Fri 09:15-15:30 Asia/Kolkata)";
  const auto all = trimmed(text);
  const auto blank = all.find_last_of(" \t,");
  if (all.empty()) reject_schedule(text, std::string{"it is empty "} + example);
  const auto zone = blank == all.npos ? all : all.substr(blank + 1);
  const bool looks_like_a_session = zone.find(':') != zone.npos || day(zone.substr(0, 3));
  if (zone.empty() || looks_like_a_session)
    reject_schedule(text, std::string{"no time zone at the end "} + example);
  if (blank == all.npos)
    reject_schedule(text, std::string{"no session before the zone "} + example);

  ParsedSchedule result{.sessions = {}, .zone = std::string{zone}};
  auto sessions = all.substr(0, blank);
  for (bool more = true; more;) {
    more = sessions.find(',') != sessions.npos;
    result.sessions.push_back(parse_session(trimmed(take_until(',', sessions)), text));
  }
  return result;
}

local_days parse_holiday(std::string_view holiday, std::string_view text) {
  if (holiday.size() == 10)
    if (const auto midnight = parse_timestamp(std::string{holiday} + "T00:00:00Z"))
      return local_days{std::chrono::floor<days>(*midnight).time_since_epoch()};
  reject_schedule(text, "holiday " + quoted(holiday) + " is not a date (accepted: YYYY-MM-DD)");
}

}  // namespace

struct Schedule::Data {
  std::string text;
  std::vector<WeeklySession> sessions;
  std::vector<local_days> holidays;
  TimeZone zone;

  std::vector<Interval> intervals_around(Seconds moment) const {
    const auto today = zone.date_at(moment);
    // A session may end on the next day, and the zone's date may differ from the UTC date.
    const auto reach = horizon + days{2};
    std::vector<Interval> intervals;
    for (auto date = today - reach; date <= today + reach; date += days{1}) {
      if (std::find(holidays.begin(), holidays.end(), date) != holidays.end()) continue;
      const auto weekday = std::chrono::weekday{date}.c_encoding();
      for (const auto& session : sessions)
        if (session.days[weekday])
          intervals.push_back({zone.to_utc(date + session.begin), zone.to_utc(date + session.end)});
    }
    return merged(std::move(intervals));
  }
};

Schedule::Schedule(std::string_view text, const std::vector<std::string>& holidays) {
  auto parsed = parse_schedule(text);
  const auto zone = TimeZone::find(parsed.zone);
  if (!zone)
    reject_schedule(text, "unknown time zone '" + parsed.zone +
                              "' (accepted: names of the IANA database, such as Asia/Kolkata; " +
                              "is Debian's tzdata installed?)");
  std::vector<local_days> dates;
  dates.reserve(holidays.size());
  for (const auto& holiday : holidays) dates.push_back(parse_holiday(holiday, text));
  data_ = std::make_shared<const Data>(
      Data{std::string{text}, std::move(parsed.sessions), std::move(dates), *zone});
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
