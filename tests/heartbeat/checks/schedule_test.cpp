#include "heartbeat/schedule.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "heartbeat/error.hpp"

using heartbeat::ConfigError;
using heartbeat::Schedule;
using namespace std::chrono_literals;

namespace {

/// A moment in UTC.
Schedule::Seconds utc(int year, unsigned month, unsigned day, int h = 0, int m = 0, int s = 0) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                                         std::chrono::day{day}};
  return std::chrono::sys_days{date} + std::chrono::hours{h} + std::chrono::minutes{m} +
         std::chrono::seconds{s};
}

/// Checks that the schedule is open from `opens` to `closes`, on both sides of each border.
void check_session(const Schedule& schedule, Schedule::Seconds opens, Schedule::Seconds closes) {
  CAPTURE(schedule.text());
  const auto before = schedule.at(opens - 1ns);
  CHECK_FALSE(before.open);
  CHECK(before.changes == opens);
  const auto first = schedule.at(opens);
  CHECK(first.open);
  CHECK(first.changed == opens);
  CHECK(first.changes == closes);
  const auto last = schedule.at(closes - 1ns);
  CHECK(last.open);
  CHECK(last.changed == opens);
  CHECK(last.changes == closes);
  const auto after = schedule.at(closes);
  CHECK_FALSE(after.open);
  CHECK(after.changed == closes);
}

std::string complaint(const std::string& text, const std::vector<std::string>& holidays = {}) {
  try {
    const Schedule schedule{text, holidays};
    return "none";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a session is open from its first second up to its end") {
  const Schedule nse{"Mon-Fri 09:15-15:30 Asia/Kolkata"};
  CHECK(nse.text() == "Mon-Fri 09:15-15:30 Asia/Kolkata");
  check_session(nse, utc(2026, 3, 2, 3, 45), utc(2026, 3, 2, 10, 0));  // a Monday
  check_session(nse, utc(2026, 3, 6, 3, 45), utc(2026, 3, 6, 10, 0));
  check_session(nse, utc(2030, 6, 12, 3, 45), utc(2030, 6, 12, 10, 0));
  CHECK(nse.at(utc(2026, 3, 6, 10)).changes == utc(2026, 3, 9, 3, 45));  // over the weekend
  CHECK(nse.at(utc(2026, 3, 8)).changed == utc(2026, 3, 6, 10));
}

TEST_CASE("the day of the week is the zone's day, not the UTC day") {
  const Schedule tokyo{"Mon 08:00-09:30 Asia/Tokyo"};
  check_session(tokyo, utc(2026, 3, 1, 23), utc(2026, 3, 2, 0, 30));
  const Schedule honolulu{"Mon 20:00-21:00 Pacific/Honolulu"};
  check_session(honolulu, utc(2026, 3, 3, 6), utc(2026, 3, 3, 7));
}

TEST_CASE("a session that ends at or before its beginning crosses midnight") {
  const Schedule night{"Fri 22:00-06:00 UTC"};
  check_session(night, utc(2026, 3, 6, 22), utc(2026, 3, 7, 6));
  const Schedule whole_day{"Sat 09:00-09:00 UTC"};
  check_session(whole_day, utc(2026, 3, 7, 9), utc(2026, 3, 8, 9));
  const Schedule to_midnight{"Sat 18:00-24:00 UTC"};
  check_session(to_midnight, utc(2026, 3, 7, 18), utc(2026, 3, 8));
  const Schedule also_to_midnight{"Sat 18:00-00:00 UTC"};
  check_session(also_to_midnight, utc(2026, 3, 7, 18), utc(2026, 3, 8));
}

TEST_CASE("days are a list and ranges, which may pass the end of the week, in any case") {
  const Schedule listed{"MON+wed+Fri 10:00-11:00 UTC"};
  check_session(listed, utc(2026, 3, 2, 10), utc(2026, 3, 2, 11));
  check_session(listed, utc(2026, 3, 4, 10), utc(2026, 3, 4, 11));
  CHECK(listed.at(utc(2026, 3, 2, 11)).changes == utc(2026, 3, 4, 10));
  const Schedule weekend{"Fri-Mon+Wed 10:00-11:00 UTC"};
  CHECK(weekend.at(utc(2026, 3, 6, 11)).changes == utc(2026, 3, 7, 10));
  CHECK(weekend.at(utc(2026, 3, 8, 11)).changes == utc(2026, 3, 9, 10));
  CHECK(weekend.at(utc(2026, 3, 9, 11)).changes == utc(2026, 3, 11, 10));
  CHECK(weekend.at(utc(2026, 3, 11, 11)).changes == utc(2026, 3, 13, 10));
}

TEST_CASE("sessions that touch or overlap are one session") {
  const Schedule touching{"Mon 09:00-12:00, Mon 12:00-15:00 UTC"};
  check_session(touching, utc(2026, 3, 2, 9), utc(2026, 3, 2, 15));
  const Schedule overlapping{"Mon 09:00-15:00,Mon 10:00-11:00 , Mon 14:00-16:00  UTC"};
  check_session(overlapping, utc(2026, 3, 2, 9), utc(2026, 3, 2, 16));
  const Schedule apart{"Mon 09:00-12:00, Mon 12:01-15:00 UTC"};
  check_session(apart, utc(2026, 3, 2, 9), utc(2026, 3, 2, 12));
  const Schedule futures{"Sun-Thu 18:00-17:00 America/New_York"};
  check_session(futures, utc(2026, 1, 4, 23), utc(2026, 1, 5, 22));
  const Schedule days_on_end{"Mon-Wed 00:00-24:00 UTC"};
  check_session(days_on_end, utc(2026, 3, 2), utc(2026, 3, 5));
}

TEST_CASE("a schedule without gaps never closes, also when summer time begins or ends") {
  for (const auto* text : {"Mon-Sun 00:00-24:00 UTC", "Mon-Sun 09:00-09:00 America/New_York",
                           "Mon-Sun 02:30-02:30 Europe/Berlin", "Mon-Sun 00:00-24:00 Asia/Beirut"})
    for (const auto day : {utc(2026, 3, 8), utc(2026, 3, 29, 1), utc(2026, 11, 1, 6)}) {
      CAPTURE(text);
      const auto view = Schedule{text}.at(day);
      CHECK(view.open);
      CHECK(view.changed < day - 365 * 24h);
      CHECK(view.changes > day + 365 * 24h);
    }
}

TEST_CASE("a session follows the wall clock over both changes of New York") {
  const Schedule nyse{"Mon-Fri 09:30-16:00 America/New_York"};
  check_session(nyse, utc(2026, 3, 6, 14, 30), utc(2026, 3, 6, 21));
  CHECK(nyse.at(utc(2026, 3, 7)).changes == utc(2026, 3, 9, 13, 30));  // summer time from the 8th
  check_session(nyse, utc(2026, 3, 9, 13, 30), utc(2026, 3, 9, 20));
  check_session(nyse, utc(2026, 10, 30, 13, 30), utc(2026, 10, 30, 20));
  CHECK(nyse.at(utc(2026, 10, 31)).changes == utc(2026, 11, 2, 14, 30));
  check_session(nyse, utc(2026, 11, 2, 14, 30), utc(2026, 11, 2, 21));
  check_session(nyse, utc(2030, 3, 11, 13, 30), utc(2030, 3, 11, 20));
  check_session(nyse, utc(2030, 11, 4, 14, 30), utc(2030, 11, 4, 21));
}

TEST_CASE("a zone may move and change to summer time in one step") {
  const Schedule east_greenland{"Mon 10:00-11:00 America/Scoresbysund"};
  check_session(east_greenland, utc(2023, 7, 3, 10), utc(2023, 7, 3, 11));  // -1, in summer 0
  check_session(east_greenland, utc(2024, 7, 1, 11), utc(2024, 7, 1, 12));  // -2, in summer -1
  check_session(east_greenland, utc(2024, 12, 2, 12), utc(2024, 12, 2, 13));
}

TEST_CASE("a session over the change of Berlin is an hour shorter or longer") {
  const Schedule night{"Sat 22:00-06:00 Europe/Berlin"};
  check_session(night, utc(2026, 3, 28, 21), utc(2026, 3, 29, 4));
  check_session(night, utc(2026, 10, 24, 20), utc(2026, 10, 25, 5));
  check_session(night, utc(2030, 3, 30, 21), utc(2030, 3, 31, 4));
}

TEST_CASE("a skipped time is the moment of the change, and a repeated one its first occurrence") {
  const Schedule begins_skipped{"Sun 02:30-05:00 Europe/Berlin"};
  check_session(begins_skipped, utc(2026, 3, 29, 1), utc(2026, 3, 29, 3));
  const Schedule ends_skipped{"Sun 00:00-02:30 Europe/Berlin"};
  check_session(ends_skipped, utc(2026, 3, 28, 23), utc(2026, 3, 29, 1));
  const Schedule begins_repeated{"Sun 02:30-05:00 Europe/Berlin"};
  check_session(begins_repeated, utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 4));
  const Schedule ends_repeated{"Sun 00:00-01:30 America/New_York"};
  check_session(ends_repeated, utc(2026, 11, 1, 4), utc(2026, 11, 1, 5, 30));
  const Schedule all_skipped{"Sun 02:10-02:50 Europe/Berlin"};
  CHECK_FALSE(all_skipped.at(utc(2026, 3, 29, 1)).open);
  CHECK(all_skipped.at(utc(2026, 3, 29, 1)).changes == utc(2026, 4, 5, 0, 10));
}

TEST_CASE("a holiday closes the sessions that begin on that date in the zone") {
  const Schedule nse{"Mon-Fri 09:15-15:30 Asia/Kolkata", {"2026-01-26", "2026-08-15"}};
  CHECK_FALSE(nse.at(utc(2026, 1, 26, 5)).open);  // a Monday
  CHECK(nse.at(utc(2026, 1, 26, 5)).changed == utc(2026, 1, 23, 10));
  CHECK(nse.at(utc(2026, 1, 26, 5)).changes == utc(2026, 1, 27, 3, 45));
  CHECK(nse.at(utc(2025, 1, 27, 5)).open);
  const Schedule night{"Mon-Fri 22:00-06:00 UTC", {"2026-03-03"}};
  check_session(night, utc(2026, 3, 2, 22), utc(2026, 3, 3, 6));  // began the day before
  CHECK(night.at(utc(2026, 3, 3, 6)).changes == utc(2026, 3, 4, 22));
  const Schedule tokyo{"Mon 08:00-09:30 Asia/Tokyo", {"2026-03-02"}};
  CHECK_FALSE(tokyo.at(utc(2026, 3, 1, 23, 30)).open);  // still Sunday in UTC
}

TEST_CASE("a date has its own sessions instead of the weekly ones") {
  const Schedule nse{"Mon-Fri 09:15-15:30 Asia/Kolkata",
                     {"2025-02-01 09:15-15:30", "2023-11-12 18:15-19:15", "2026-03-02 09:15-12:00",
                      "2026-03-03 10:00-11:00, 23:00-01:00", "2026-03-04"}};
  check_session(nse, utc(2025, 2, 1, 3, 45), utc(2025, 2, 1, 10));           // a Saturday
  check_session(nse, utc(2023, 11, 12, 12, 45), utc(2023, 11, 12, 13, 45));  // a Sunday evening
  check_session(nse, utc(2026, 3, 2, 3, 45), utc(2026, 3, 2, 6, 30));        // half of a Monday
  CHECK(nse.at(utc(2026, 3, 2, 6, 30)).changes == utc(2026, 3, 3, 4, 30));
  check_session(nse, utc(2026, 3, 3, 4, 30), utc(2026, 3, 3, 5, 30));
  check_session(nse, utc(2026, 3, 3, 17, 30), utc(2026, 3, 3, 19, 30));  // ends on the holiday
  CHECK(nse.at(utc(2026, 3, 3, 19, 30)).changes == utc(2026, 3, 5, 3, 45));
  // All entries of one date count.
  const Schedule twice{"Mon 10:00-11:00 UTC", {"2026-03-02 12:00-13:00", "2026-03-02 14:00-15:00"}};
  CHECK_FALSE(twice.at(utc(2026, 3, 2, 10)).open);
  check_session(twice, utc(2026, 3, 2, 12), utc(2026, 3, 2, 13));
  check_session(twice, utc(2026, 3, 2, 14), utc(2026, 3, 2, 15));
}

TEST_CASE("a change more than 15 days away is the far past or the far future") {
  const Schedule monday{"Mon 10:00-11:00 UTC", {"2026-03-09", "2026-03-16", "2026-03-23"}};
  CHECK(monday.at(utc(2026, 3, 17, 11)).changed == utc(2026, 3, 2, 11));
  CHECK(monday.at(utc(2026, 3, 17, 11, 0, 1)).changed < utc(2000, 1, 1));
  CHECK(monday.at(utc(2026, 3, 15, 10)).changes == utc(2026, 3, 30, 10));
  CHECK(monday.at(utc(2026, 3, 15, 9, 59, 59)).changes > utc(2100, 1, 1));
}

TEST_CASE("a bad schedule is refused, the message names the mistake and the accepted form") {
  const std::string example =
      "(accepted: DAYS HH:MM-HH:MM[, ...] ZONE, such as Mon-Fri 09:15-15:30 Asia/Kolkata)";
  const std::string days =
      " is not a day of the week (accepted: Mon, Tue, Wed, Thu, Fri, Sat, "
      "Sun; Mon-Fri; Mon+Wed+Fri)";
  const std::string times =
      " is not a time range (accepted: HH:MM-HH:MM, "
      "from 00:00 to 24:00)";
  const std::string session = " is not a session (accepted: DAYS HH:MM-HH:MM)";
  const std::string zone =
      " (accepted: names of the IANA database, such as Asia/Kolkata; is "
      "Debian's tzdata installed?)";
  const struct {
    const char* text;
    std::string complaint;
  } table[] = {
      {"", "it is empty " + example},
      {"  ", "it is empty " + example},
      {"Asia/Kolkata", "no session before the zone " + example},
      {"Mon-Fri 09:15-15:30", "no time zone at the end " + example},
      {"Mon-Fri", "no time zone at the end " + example},
      {"Mon-Fri 09:15-15:30,", "no time zone at the end " + example},
      {"Mon-Fri Asia/Kolkata", "'Mon-Fri'" + session},
      {"Mon-Fri 09:15-15:30, Asia/Kolkata", "''" + session},
      {"Mon 09:00-10:00,, Tue 09:00-10:00 UTC", "''" + session},
      {"Monday 09:15-15:30 UTC", "'Monday'" + days},
      {"Mon-Foo 09:15-15:30 UTC", "'Mon-Foo'" + days},
      {"Mon- 09:15-15:30 UTC", "'Mon-'" + days},
      {"Mon+ 09:15-15:30 UTC", "''" + days},
      {"Mon-Tue-Wed 09:15-15:30 UTC", "'Mon-Tue-Wed'" + days},
      {"09:15-15:30 Mon UTC", "'09:15-15:30'" + days},
      {"Mon 9:15-15:30 UTC", "'9:15-15:30'" + times},
      {"Mon 09:15 UTC", "'09:15'" + times},
      {"Mon 09:15-15:60 UTC", "'09:15-15:60'" + times},
      {"Mon 09:15-24:01 UTC", "'09:15-24:01'" + times},
      {"Mon 24:00-10:00 UTC", "'24:00-10:00'" + times},
      {"Mon 09:15-+5:30 UTC", "'09:15-+5:30'" + times},
      {"Mon 09:15 - 15:30 UTC", "'09:15 - 15:30'" + times},
      {"Mon-Fri 09:15-15:30 Mars/Base", "unknown time zone 'Mars/Base'" + zone},
      {"Mon-Fri 09:15-15:30 ../../etc/passwd", "unknown time zone '../../etc/passwd'" + zone},
  };
  for (const auto& row : table) {
    CAPTURE(row.text);
    CHECK(complaint(row.text) == "schedule '" + std::string{row.text} + "': " + row.complaint);
  }
}

TEST_CASE("a bad date is refused") {
  const std::string text = "Mon 09:15-15:30 UTC";
  for (const auto* date : {"", "2026-02-29", "2026-13-01", "2026-00-10", "2026-1-26", "26-01-2026",
                           "2026/01/26", "+026-01-26", "2026-01-2609:15-15:30", "Mon 09:15-15:30"})
    CHECK(complaint(text, {date}) ==
          "schedule '" + text + "': '" + date +
              "' does not begin with a date (accepted: YYYY-MM-DD, a holiday; "
              "YYYY-MM-DD HH:MM-HH:MM[, ...], other hours)");
  for (const auto* times : {"9:15-15:30", "09:15", "09:15-15:30 UTC", "09:15-15:30,"})
    CHECK(complaint(text, {"2026-01-26 " + std::string{times}})
              .find(" is not a time range (accepted: ") != std::string::npos);
  for (const auto* date : {"2028-02-29", " 2026-01-26 ", "2026-01-26 09:15-15:30 , 18:00-19:00"})
    CHECK(complaint(text, {date}) == "none");
}

TEST_CASE("a view holds exactly until its holds_until") {
  const std::vector<Schedule> schedules{
      Schedule{"Mon-Fri 09:15-15:30 Asia/Kolkata", {"2026-03-17"}},
      Schedule{"Sun-Thu 18:00-17:00 America/New_York"},
      Schedule{"Mon-Sun 00:00-24:00 UTC"},
      Schedule{"Mon 10:00-11:00 Europe/Berlin",
               {"2026-03-09", "2026-03-16", "2026-03-23", "2026-03-30"}},
  };
  const auto same = [](const Schedule::View& a, const Schedule::View& b) {
    return a.open == b.open && a.changed == b.changed && a.changes == b.changes;
  };
  for (const auto& schedule : schedules) {
    CAPTURE(schedule.text());
    for (auto moment = utc(2026, 2, 27); moment < utc(2026, 4, 15); moment += 5h + 7min + 3s) {
      const auto view = schedule.at(moment);
      const auto length = view.holds_until - moment;
      REQUIRE(length >= 1s);
      for (const auto later : {length / 3, length / 2, length - 1s})
        CHECK(same(schedule.at(moment + later), view));
      if (view.changes == view.holds_until)
        CHECK_FALSE(same(schedule.at(view.holds_until), view));
      else
        CHECK(length <= std::chrono::days{16});
    }
  }
}
