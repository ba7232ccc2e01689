#include "checks/schedule_parser.hpp"

#include <algorithm>
#include <optional>

#include "document/parse.hpp"
#include "document/time.hpp"
#include "heartbeat/error.hpp"

namespace heartbeat {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::array<std::string_view, 7> day_names{"sun", "mon", "tue", "wed",
                                                    "thu", "fri", "sat"};

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }

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
  std::array<bool, 7> days{};
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
      days[d] = true;
      if (d == *last) break;
    }
  }
  return days;
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

}  // namespace

void reject_schedule(std::string_view text, const std::string& complaint) {
  throw ConfigError{"schedule " + quoted(text) + ": " + complaint};
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

std::chrono::local_days parse_holiday(std::string_view holiday, std::string_view text) {
  if (holiday.size() == 10) {
    const auto midnight = parse_timestamp(std::string{holiday} + "T00:00:00Z");
    if (midnight)
      return std::chrono::local_days{
          std::chrono::floor<std::chrono::days>(*midnight).time_since_epoch()};
  }
  reject_schedule(text, "holiday " + quoted(holiday) + " is not a date (accepted: YYYY-MM-DD)");
}

}  // namespace heartbeat
