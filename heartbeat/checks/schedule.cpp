#include "heartbeat/schedule.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include "checks/dates_file.hpp"
#include "checks/schedule_grammar.hpp"
#include "checks/time_zone.hpp"
#include "heartbeat/error.hpp"

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

ConfigError named(std::string_view schedule, const ConfigError& error) {
  return ConfigError{"schedule '" + std::string{schedule} + "': " + error.what()};
}

std::string absolute_path(std::string_view path) {
  if (path.empty()) throw ConfigError{"'@' names no file (accepted: @FILE)"};
  std::error_code failed;  // then the working directory is gone
  const auto absolute = std::filesystem::absolute(path, failed);
  return failed ? std::string{path} : absolute.string();
}

}  // namespace

struct Schedule::Data {
  std::string text;
  std::vector<WeeklySession> sessions;
  std::vector<SpecialDate> fixed_dates;
  std::vector<std::string> files;
  TimeZone zone;
  std::vector<SpecialDate> dates{};  // the fixed ones and those of the files

  void read_dates() {
    dates = fixed_dates;
    for (const auto& file : files)
      std::ranges::move(read_dates_file(file), std::back_inserter(dates));
  }

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

Schedule::Schedule(std::string_view text, const std::vector<std::string>& dates) try {
  auto parsed = parse_schedule(text);
  const auto zone = TimeZone::find(parsed.zone);
  if (!zone) throw ConfigError{zone.error()};
  std::vector<SpecialDate> fixed_dates;
  std::vector<std::string> files;
  for (const std::string_view date : dates)
    if (date.starts_with('@'))
      files.push_back(absolute_path(date.substr(1)));
    else
      fixed_dates.push_back(parse_special_date(date));
  Data data{std::string{text}, std::move(parsed.sessions), std::move(fixed_dates), std::move(files),
            *zone};
  data.read_dates();
  data_ = std::make_shared<const Data>(std::move(data));
} catch (const ConfigError& error) {
  throw named(text, error);
}

Schedule::Schedule(std::shared_ptr<const Data> data) : data_{std::move(data)} {}

Schedule Schedule::read_again() const try {
  Data data = *data_;
  data.read_dates();
  return Schedule{std::make_shared<const Data>(std::move(data))};
} catch (const ConfigError& error) {
  throw named(text(), error);
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

const std::vector<std::string>& Schedule::files() const noexcept { return data_->files; }

}  // namespace heartbeat
