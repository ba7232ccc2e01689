#include "checks/time_zone.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <time.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "../redis_server.hpp"
#include "checks/time_zone_rule.hpp"
#include "heartbeat/schedule.hpp"

using heartbeat::parse_time_zone_rule;
using heartbeat::TimeZone;
using namespace std::chrono;

namespace {

const std::string zones = "/usr/share/zoneinfo";

sys_seconds in_utc(int y, unsigned m, unsigned d, int h = 0, int min = 0) {
  return sys_days{year{y} / month{m} / day{d}} + hours{h} + minutes{min};
}

local_seconds on_clock(int y, unsigned m, unsigned d, int h = 0, int min = 0) {
  return local_seconds{in_utc(y, m, d, h, min).time_since_epoch()};
}

std::string in_big_endian(std::int64_t value, int bytes) {
  std::string text;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    text += static_cast<char>(static_cast<unsigned char>(value >> shift));
  return text;
}

struct OffsetChange {
  sys_seconds at;
  seconds offset;
};

/// A zone's file; its offset before all changes is `first`.
std::string zone_file(seconds first, const std::vector<OffsetChange>& changes,
                      const std::string& rule) {
  const auto count = static_cast<std::int64_t>(changes.size());
  const auto header = [](std::int64_t times, std::int64_t types, std::int64_t names) {
    return "TZif2" + std::string(15 + 12, '\0') + in_big_endian(times, 4) +
           in_big_endian(types, 4) + in_big_endian(names, 4);
  };
  auto file = header(0, 1, 1) + std::string(7, '\0') + header(count, count + 1, 4);
  for (const auto& change : changes) file += in_big_endian(change.at.time_since_epoch().count(), 8);
  for (std::int64_t i = 1; i <= count; ++i) file += in_big_endian(i, 1);
  const auto type = [](seconds offset) { return in_big_endian(offset.count(), 4) + '\0' + '\0'; };
  file += type(first);
  for (const auto& change : changes) file += type(change.offset);
  return file + "ABC" + '\0' + "\n" + rule + "\n";
}

std::string bytes_of(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream{path, std::ios::binary}.rdbuf();
  return bytes.str();
}

/// What glibc says that the clocks of the zone in TZ show.
local_seconds on_glibc_clock(sys_seconds moment) {
  const time_t seconds_since_1970 = moment.time_since_epoch().count();
  tm fields{};
  localtime_r(&seconds_since_1970, &fields);
  return local_seconds{moment.time_since_epoch() + seconds{fields.tm_gmtoff}};
}

class GlibcZone {
 public:
  explicit GlibcZone(const std::string& name) {
    setenv("TZ", (":" + name).c_str(), 1);
    tzset();
  }
  ~GlibcZone() {
    unsetenv("TZ");
    tzset();
  }
  GlibcZone(const GlibcZone&) = delete;
  GlibcZone& operator=(const GlibcZone&) = delete;
};

/// Moments at which the zone and glibc disagree.
int differences(const TimeZone& zone, sys_seconds from, sys_seconds to, seconds step) {
  int count = 0;
  for (auto moment = from; moment < to; moment += step) {
    const auto clock = on_glibc_clock(moment);
    const auto back = zone.to_utc(clock);  // the first moment at which the clocks show this
    if (back > moment || on_glibc_clock(back) != clock ||
        zone.date_at(moment) != floor<days>(clock))
      ++count;
  }
  return count;
}

}  // namespace

TEST_CASE("every zone of this system is read as glibc reads it") {
  int count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{zones}) {
    const auto name = std::filesystem::relative(entry.path(), zones).string();
    const auto bytes = entry.is_regular_file() ? bytes_of(entry.path()) : "";
    if (!bytes.starts_with("TZif") || name.starts_with("right/") || name.starts_with("posix/"))
      continue;
    const auto zone = TimeZone::decode(bytes);
    REQUIRE_MESSAGE(zone, name);
    const GlibcZone glibc{name};
    CHECK_MESSAGE(
        differences(*zone, in_utc(1975, 1, 1), in_utc(2080, 1, 1), days{61} + hours{5}) == 0, name);
    ++count;
  }
  CHECK(count > 300);
}

TEST_CASE("changes are at the same second as in glibc, in the list and by the rule after it") {
  for (const std::string name :
       {"America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "Africa/Casablanca",
        "America/Scoresbysund", "Asia/Gaza", "America/Santiago", "Asia/Tehran"}) {
    const auto zone = TimeZone::find(name);
    REQUIRE_MESSAGE(zone, name);
    const GlibcZone glibc{name};
    CHECK_MESSAGE(differences(*zone, in_utc(2023, 1, 1), in_utc(2027, 1, 1), minutes{90}) == 0,
                  name);
    CHECK_MESSAGE(differences(*zone, in_utc(2060, 1, 1), in_utc(2062, 1, 1), minutes{90}) == 0,
                  name);
  }
}

TEST_CASE("a file with a rule instead of a list gives the same zone") {
  const auto slim = TimeZone::decode(zone_file(
      -hours{5}, {{in_utc(2007, 3, 11, 7), -hours{4}}, {in_utc(2007, 11, 4, 6), -hours{5}}},
      "EST5EDT,M3.2.0,M11.1.0"));
  REQUIRE(slim);
  const GlibcZone glibc{"America/New_York"};
  CHECK(differences(*slim, in_utc(2007, 6, 1), in_utc(2009, 1, 1), minutes{90}) == 0);
  CHECK(differences(*slim, in_utc(2030, 1, 1), in_utc(2050, 1, 1), hours{31}) == 0);
}

TEST_CASE("a time that the change skips is the moment of the change, one that repeats the first") {
  const auto zone = TimeZone::decode(zone_file(hours{1}, {}, "CET-1CEST,M3.5.0,M10.5.0/3"));
  REQUIRE(zone);
  CHECK(zone->to_utc(on_clock(2026, 3, 29, 1, 59)) == in_utc(2026, 3, 29, 0, 59));
  CHECK(zone->to_utc(on_clock(2026, 3, 29, 2, 30)) == in_utc(2026, 3, 29, 1));
  CHECK(zone->to_utc(on_clock(2026, 3, 29, 3)) == in_utc(2026, 3, 29, 1));
  CHECK(zone->to_utc(on_clock(2026, 10, 25, 2, 30)) == in_utc(2026, 10, 25, 0, 30));
  CHECK(zone->to_utc(on_clock(2026, 10, 25, 3)) == in_utc(2026, 10, 25, 2));
}

TEST_CASE("before the first change, at it, and after the last without a rule") {
  const auto zone = TimeZone::decode(zone_file(hours{2}, {{in_utc(2000, 1, 1), hours{3}}}, ""));
  REQUIRE(zone);
  CHECK(zone->to_utc(on_clock(1999, 12, 1, 12)) == in_utc(1999, 12, 1, 10));
  CHECK(zone->to_utc(on_clock(2000, 1, 1, 3)) == in_utc(2000, 1, 1));
  CHECK(zone->to_utc(on_clock(2050, 7, 1, 12)) == in_utc(2050, 7, 1, 9));
  CHECK(zone->date_at(in_utc(2050, 6, 30, 20, 59)) == local_days{year{2050} / 6 / 30});
  CHECK(zone->date_at(in_utc(2050, 6, 30, 21)) == local_days{year{2050} / 7 / 1});
}

TEST_CASE("rules have every form that POSIX and zic know") {
  const auto offset = [](const char* text, sys_seconds moment) {
    const auto rule = parse_time_zone_rule(text);
    REQUIRE_MESSAGE(rule, text);
    return rule->change_before(moment).offset;
  };
  CHECK(offset("UTC0", in_utc(2026, 1, 1)) == 0s);
  CHECK(offset("<+0530>-5:30", in_utc(2026, 1, 1)) == 330min);
  CHECK(offset("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", in_utc(2026, 3, 29, 0, 59)) == -3h);
  CHECK(offset("<-03>3<-02>,M3.5.0/-2,M10.5.0/-1", in_utc(2026, 3, 29, 1)) == -2h);
  // Ireland: winter time is the summer time that is an hour behind.
  CHECK(offset("IST-1GMT0,M10.5.0,M3.5.0/1", in_utc(2026, 1, 1)) == 0s);
  CHECK(offset("IST-1GMT0,M10.5.0,M3.5.0/1", in_utc(2026, 7, 1)) == 1h);
  // The southern half of the year, and hours beyond a day.
  CHECK(offset("EET-2EEST,M3.4.4/50,M10.4.4/50", in_utc(2026, 3, 27, 23, 59)) == 2h);
  CHECK(offset("EET-2EEST,M3.4.4/50,M10.4.4/50", in_utc(2026, 3, 28)) == 3h);
  CHECK(offset("NZST-12NZDT,M9.5.0,M4.1.0/3", in_utc(2026, 12, 31)) == 13h);
  // Day 60 without a leap day is 1 March; with it, 29 February has the number 59.
  CHECK(offset("AAA0BBB,J60/0,J300/0", in_utc(2028, 2, 29, 23, 59)) == 0s);
  CHECK(offset("AAA0BBB,J60/0,J300/0", in_utc(2028, 3, 1)) == 1h);
  CHECK(offset("AAA0BBB,59/0,300/0", in_utc(2028, 2, 28, 23, 59)) == 0s);
  CHECK(offset("AAA0BBB,59/0,300/0", in_utc(2028, 2, 29)) == 1h);
  // Changes that a rule moves into the year before or after.
  CHECK(offset("AAA0BBB,J364/167,J365/167", in_utc(2026, 1, 1)) == 0s);
  CHECK(offset("AAA0BBB,J1/-167,J2/-167", in_utc(2026, 12, 31)) == 0s);
  const auto early = parse_time_zone_rule("AAA0BBB,J1/-167,J2/-167");
  REQUIRE(early);
  CHECK(early->change_after(in_utc(2026, 12, 31)) == in_utc(2027, 12, 25, 1));
  // Summer time all year round.
  for (const auto moment :
       {in_utc(2026, 1, 1), in_utc(2026, 12, 31, 23, 59), in_utc(2027, 1, 1, 3)})
    CHECK(offset("XXX3EDT4,0/0,J365/23", moment) == -4h);
}

TEST_CASE("a rule that is none is refused") {
  for (const auto* text :
       {"", "EST", "5", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M3.2.0,M11.1",
        "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0",
        "EST5EDT,J0,J10", "EST5EDT,J366,J10", "EST5EDT,366,10", "EST168", "EST5:60", "EST5x",
        "<EST5", "EST5EDT,M3.2.0,M11.1.0x"})
    CHECK_FALSE_MESSAGE(parse_time_zone_rule(text), text);
}

TEST_CASE("a damaged file is no zone, however it is cut") {
  const auto whole =
      zone_file(hours{1}, {{in_utc(2000, 1, 1), hours{2}}, {in_utc(2001, 1, 1), hours{1}}},
                "CET-1CEST,M3.5.0,M10.5.0/3");
  REQUIRE(TimeZone::decode(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK_FALSE_MESSAGE(TimeZone::decode(whole.substr(0, size)), size);
  auto unsorted =
      zone_file(hours{1}, {{in_utc(2001, 1, 1), hours{2}}, {in_utc(2000, 1, 1), hours{1}}}, "");
  CHECK_FALSE(TimeZone::decode(unsorted));
  auto counted = whole;
  counted[44 + 7 + 32] = '\x7f';  // two thousand million changes
  CHECK_FALSE(TimeZone::decode(counted));
}

TEST_CASE("names that are no zone, and a folder beside the system's") {
  for (const auto* name : {"", "America", "zone.tab", "../zoneinfo/UTC", "/usr/share/zoneinfo/UTC",
                           "No/Such", "UTC\n"})
    CHECK_FALSE_MESSAGE(TimeZone::find(name), name);
  const TemporaryFolder folder;
  std::ofstream{folder.path() + "/Base"} << zone_file(hours{7}, {}, "");
  CHECK_FALSE(TimeZone::find("Base"));
  heartbeat::set_last_time_zone_folder(folder.path());
  const auto zone = TimeZone::find("Base");
  REQUIRE(zone);
  CHECK(zone->to_utc(on_clock(2026, 1, 1, 7)) == in_utc(2026, 1, 1));
}
