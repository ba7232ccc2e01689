#include "command/due_times.hpp"

#include <doctest/doctest.h>

#include "document/time.hpp"
#include "heartbeat/error.hpp"

using heartbeat::ConfigError;
using heartbeat::command::DueTimes;
using namespace std::chrono_literals;

namespace {

DueTimes::Seconds at(const char* time) {
  return std::chrono::floor<std::chrono::seconds>(*heartbeat::parse_timestamp(time));
}

struct Due {
  const char* after;
  const char* next;
};

/// Each is the next one up to its last second, and no longer at its own.
void check_due(const DueTimes& times, std::initializer_list<Due> table) {
  for (const auto& [after, next] : table) {
    CAPTURE(after);
    CHECK(times.next(at(after)) == at(next));
    CHECK(times.next(at(next) - 1s) == at(next));
    CHECK(*times.next(at(next)) > at(next));
  }
}

std::string due_complaint(const char* text) {
  try {
    const DueTimes times{text};
    return "none";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("the run after Friday's is due on Monday, or after the holiday") {
  const DueTimes weekly{"Mon-Fri 16:00 Asia/Kolkata"};
  check_due(weekly,
            {{"2026-11-26T10:30:00Z", "2026-11-27T10:30:00Z"},  // Thursday
             {"2026-11-27T10:29:59Z", "2026-11-27T10:30:00Z"},  // a second before
             {"2026-11-27T10:30:00Z", "2026-11-30T10:30:00Z"},  // Friday to Monday
             {"2026-11-29T18:29:59Z", "2026-11-30T10:30:00Z"},  // Sunday's last second there
             {"2026-11-30T10:30:00Z", "2026-12-01T10:30:00Z"}});
  const DueTimes with_holidays{"Mon-Fri 16:00 Asia/Kolkata",
                               heartbeat::parse_dates("2026-11-30\n2026-12-01\n")};
  check_due(with_holidays, {{"2026-11-27T10:30:00Z", "2026-12-02T10:30:00Z"},
                            {"2026-11-27T10:29:59Z", "2026-11-27T10:30:00Z"}});
}

TEST_CASE("a date with hours of its own is no holiday") {
  const auto half_day = heartbeat::parse_dates("2026-11-30 09:15-12:00\n");
  check_due(DueTimes{"Mon-Fri 16:00 Asia/Kolkata", half_day},
            {{"2026-11-27T10:30:00Z", "2026-11-30T10:30:00Z"}});
  const auto twice = heartbeat::parse_dates("2026-11-30\n2026-11-30 09:15-12:00\n");
  check_due(DueTimes{"Mon-Fri 16:00 Asia/Kolkata", twice},
            {{"2026-11-27T10:30:00Z", "2026-11-30T10:30:00Z"}});
}

TEST_CASE("several due times, on days of their own") {
  check_due(DueTimes{"Mon+Wed 22:00, Wed 06:30 UTC"},
            {{"2026-11-23T22:00:00Z", "2026-11-25T06:30:00Z"},
             {"2026-11-25T06:30:00Z", "2026-11-25T22:00:00Z"},
             {"2026-11-25T22:00:00Z", "2026-11-30T22:00:00Z"}});
}

TEST_CASE("summer time moves a due time: a skipped one is the change, a repeated one the first") {
  check_due(
      DueTimes{"Mon-Sun 02:30 Europe/Berlin"},
      {{"2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z"},    // 02:30 is skipped: 03:00 summer time
       {"2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"},    //
       {"2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z"},    // 02:30 summer time, the first of two
       {"2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"}});  // not 01:30, the second one
}

TEST_CASE("nothing is due within a year of holidays") {
  std::string dates;
  for (auto date = std::chrono::sys_days{2026y / 1 / 1};
       date < std::chrono::sys_days{2028y / 1 / 1}; date += std::chrono::days{1})
    dates += heartbeat::format_timestamp(date).substr(0, 10) + "\n";
  CHECK_FALSE(DueTimes{"Mon-Fri 16:00 UTC", heartbeat::parse_dates(dates)}.next(
      at("2026-03-01T00:00:00Z")));
}

TEST_CASE("a due time that cannot be read is named") {
  const struct {
    const char *text, *complaint;
  } table[] = {
      {"", "it is empty"},
      {"Mon-Fri 16:00", "no time zone at the end"},
      {"Asia/Kolkata", "no due time before the zone"},
      {"Mon-Fri UTC", "'Mon-Fri' is not a due time (accepted: DAYS HH:MM)"},
      {"Mon-Fri 24:00 UTC", "'24:00' is not a time of day (accepted: HH:MM, from 00:00 to 23:59)"},
      {"Mon-Fri 9:15 UTC", "'9:15' is not a time of day"},
      {"Mon-Fri 09:15-15:30 UTC", "'09:15-15:30' is not a time of day"},
      {"Mo 16:00 UTC", "'Mo' is not a day of the week"},
      {"Mon 16:00 Mars/Base", "Mars/Base"},
  };
  for (const auto& [text, expected] : table) {
    CAPTURE(text);
    CHECK(due_complaint(text).find(expected) != std::string::npos);
  }
}
