#include "checks/schedule_grammar.hpp"

#include <algorithm>
#include <optional>

#include "document/text.hpp"
#include "document/time.hpp"
#include "heartbeat/error.hpp"

namespace heartbeat {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::local_days;
using std::chrono::minutes;

std::string quoted(std::string_view text) { return "'" + printable(text, max_shown_bytes) + "'"; }

[[noreturn]] void reject(const std::string& complaint) { throw ConfigError{complaint}; }

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

std::array<bool, 7> parse_days(std::string_view list) {
  std::array<bool, 7> chosen{};
  for (bool more = true; more;) {
    more = list.find('+') != list.npos;
    const auto item = take_until('+', list);
    const auto dash = item.find('-');
    const auto first = day(item.substr(0, dash));
    const auto last = dash == item.npos ? first : day(item.substr(dash + 1));
    if (!first || !last)
      reject(quoted(item) + " is not a day of the week (accepted: Mon, Tue, Wed, " +
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

DaySession parse_times(std::string_view times) {
  const auto dash = times.find('-');
  const auto begin = time_of_day(times.substr(0, dash));
  const auto end = dash == times.npos ? std::nullopt : time_of_day(times.substr(dash + 1));
  if (!begin || !end || *begin == hours{24})
    reject(quoted(times) + " is not a time range " +
           "(accepted: HH:MM-HH:MM, from 00:00 to 24:00)");
  return {.begin = *begin, .end = *end > *begin ? *end : *end + hours{24}};
}

struct DaysAndRest {
  std::array<bool, 7> days;
  std::string_view rest;
};

DaysAndRest split_days(std::string_view part, const char* what, const char* accepted) {
  const auto blank = part.find_first_of(" \t");
  if (blank == part.npos)
    reject(quoted(part) + " is not " + what + " (accepted: " + accepted + ")");
  return {parse_days(part.substr(0, blank)), trimmed(part.substr(blank))};
}

WeeklySession parse_session(std::string_view session) {
  const auto [days, times] = split_days(session, "a session", "DAYS HH:MM-HH:MM");
  return {.days = days, .times = parse_times(times)};
}

WeeklyTime parse_weekly_time(std::string_view part) {
  const auto [days, text] = split_days(part, "a due time", "DAYS HH:MM");
  const auto time = time_of_day(text);
  if (!time || *time == hours{24})
    reject(quoted(text) + " is not a time of day (accepted: HH:MM, from 00:00 to 23:59)");
  return {.days = days, .time = *time};
}

/// Calls add(part) for each part between commas.
template <typename Add>
void for_each_part(std::string_view list, const Add& add) {
  for (bool more = true; more;) {
    more = list.find(',') != list.npos;
    add(trimmed(take_until(',', list)));
  }
}

/// The text before the zone, and the zone.
struct PartsAndZone {
  std::string_view parts;
  std::string_view zone;
};

PartsAndZone split_zone(std::string_view text, const std::string& what,
                        const std::string& example) {
  const auto all = trimmed(text);
  const auto blank = all.find_last_of(" \t,");
  if (all.empty()) reject("it is empty " + example);
  const auto zone = blank == all.npos ? all : all.substr(blank + 1);
  const bool looks_like_a_part = zone.find(':') != zone.npos || day(zone.substr(0, 3));
  if (zone.empty() || looks_like_a_part) reject("no time zone at the end " + example);
  if (blank == all.npos) reject("no " + what + " before the zone " + example);
  return {all.substr(0, blank), zone};
}

}  // namespace

ParsedSchedule parse_schedule(std::string_view text) {
  const auto [sessions, zone] = split_zone(text, "session",
                                           "(accepted: DAYS HH:MM-HH:MM[, ...] ZONE, such as "
                                           "Mon-Fri 09:15-15:30 Asia/Kolkata)");
  ParsedSchedule result{.sessions = {}, .zone = std::string{zone}};
  for_each_part(sessions, [&](std::string_view session) {
    result.sessions.push_back(parse_session(session));
  });
  return result;
}

ParsedDueTimes parse_due_times(std::string_view text) {
  const auto [times, zone] = split_zone(text, "due time",
                                        "(accepted: DAYS HH:MM[, ...] ZONE, such as "
                                        "Mon-Fri 16:00 Asia/Kolkata)");
  ParsedDueTimes result{.times = {}, .zone = std::string{zone}};
  for_each_part(times,
                [&](std::string_view part) { result.times.push_back(parse_weekly_time(part)); });
  return result;
}

SpecialDate parse_special_date(std::string_view date) {
  const auto all = trimmed(date);
  const auto day = all.substr(0, all.find_first_of(" \t"));
  const auto midnight = parse_timestamp(std::string{day} + "T00:00:00Z");
  if (day.size() != std::string_view{"YYYY-MM-DD"}.size() || !midnight)
    reject(quoted(date) + " does not begin with a date (accepted: YYYY-MM-DD, a " +
           "holiday; YYYY-MM-DD HH:MM-HH:MM[, ...], other hours)");
  SpecialDate special{local_days{std::chrono::floor<days>(*midnight).time_since_epoch()}};
  if (const auto times = trimmed(all.substr(day.size())); !times.empty())
    for_each_part(times,
                  [&](std::string_view part) { special.sessions.push_back(parse_times(part)); });
  return special;
}

std::vector<SpecialDate> parse_dates(std::string_view content) {
  std::vector<SpecialDate> dates;
  for (int number = 1; !content.empty(); ++number) {
    auto line = take_until('\n', content);
    line = line.substr(0, line.find('#'));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (trimmed(line).empty()) continue;
    try {
      dates.push_back(parse_special_date(line));
    } catch (const ConfigError& error) {
      reject("line " + std::to_string(number) + ": " + error.what());
    }
  }
  return dates;
}

}  // namespace heartbeat
