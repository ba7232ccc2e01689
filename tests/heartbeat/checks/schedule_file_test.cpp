// A schedule whose dates are in a file.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "../redis_server.hpp"
#include "heartbeat/error.hpp"
#include "heartbeat/schedule.hpp"

using heartbeat::ConfigError;
using heartbeat::Schedule;
using namespace std::chrono_literals;

namespace {

/// A file of dates in a folder of its own.
struct DatesFile {
  TemporaryFolder folder;
  std::string path = folder.path() + "/nse.dates";

  explicit DatesFile(std::string_view content) { write(content); }
  void write(std::string_view content) const { std::ofstream{path, std::ios::binary} << content; }
};

const std::string weekly = "Mon-Fri 09:15-15:30 UTC";

/// Whether the schedule is open at a time of March 2026, whose first Monday is the 2nd.
bool is_open(const Schedule& schedule, int day, std::chrono::minutes time) {
  return schedule.at(std::chrono::sys_days{std::chrono::year{2026} / 3 / day} + time).open;
}

std::string refusal_of(const std::string& date) {
  try {
    const Schedule schedule{weekly, {date}};
    return "none";
  } catch (const ConfigError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("a file among the dates stands for its lines, beside the other dates") {
  const DatesFile file{
      "\xEF\xBB\xBF# NSE\r\n\r\n2026-03-03\r\n  2026-03-07 18:00-19:00, 20:00-21:00 # evening\n"
      "2026-03-04 09:15-12:00"};
  const Schedule nse{weekly, {"2026-03-02", "@" + file.path}};
  CHECK(nse.text() == weekly);
  CHECK(nse.files() == std::vector{file.path});
  CHECK_FALSE(is_open(nse, 2, 10h));
  CHECK_FALSE(is_open(nse, 3, 10h));
  CHECK_FALSE(is_open(nse, 4, 9h + 15min - 1min));
  CHECK(is_open(nse, 4, 9h + 15min));
  CHECK_FALSE(is_open(nse, 4, 12h));
  CHECK_FALSE(is_open(nse, 5, 9h + 15min - 1min));
  CHECK(is_open(nse, 5, 9h + 15min));
  CHECK_FALSE(is_open(nse, 5, 15h + 30min));
  CHECK_FALSE(is_open(nse, 7, 18h - 1min));
  CHECK(is_open(nse, 7, 18h));
  CHECK_FALSE(is_open(nse, 7, 19h));
  CHECK_FALSE(is_open(nse, 7, 20h - 1min));
  CHECK(is_open(nse, 7, 20h));
  CHECK_FALSE(is_open(nse, 7, 21h));
  CHECK(Schedule{weekly, {"2026-03-02"}}.files().empty());
}

TEST_CASE("a schedule stays as it was read, and read_again() makes one with the new content") {
  const DatesFile file{"# none yet\n"};
  const Schedule old{weekly, {"@" + file.path, "2026-03-16"}};
  file.write("2026-03-02\n");
  CHECK(is_open(old, 2, 10h));
  const Schedule read = old.read_again();
  CHECK_FALSE(is_open(read, 2, 10h));
  CHECK_FALSE(is_open(read, 16, 10h));
  CHECK(is_open(read, 9, 10h));
  CHECK(read.text() == old.text());
  CHECK(read.files() == old.files());
  file.write("2026-03-09");
  CHECK(is_open(read.read_again(), 2, 10h));  // nothing of the former content is left
}

TEST_CASE("a file is found also after the working directory has changed") {
  const DatesFile file{"2026-03-02"};
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(file.folder.path());
  const Schedule schedule{weekly, {"@nse.dates"}};
  std::filesystem::current_path(before);
  CHECK(schedule.files() == std::vector{file.path});
  CHECK_FALSE(is_open(schedule.read_again(), 2, 10h));
}

TEST_CASE("a bad file of dates is refused, the message names the file and the line") {
  const DatesFile file{""};
  const auto named = [&](const std::string& why) { return "schedule '" + weekly + "': " + why; };
  const std::string date =
      " does not begin with a date (accepted: YYYY-MM-DD, a holiday; YYYY-MM-DD "
      "HH:MM-HH:MM[, ...], other hours)";
  const struct {
    std::string content;
    std::string complaint;
  } table[] = {
      {"", " is empty"},
      {"2026-02-30", ", line 1: '2026-02-30'" + date},
      {"# one\n2026-03-02\n\n2026-03-03 none\n",
       ", line 4: 'none' is not a time range (accepted: HH:MM-HH:MM, from 00:00 to 24:00)"},
      {"2026-03-02\r\n26-3-3\r\n", ", line 2: '26-3-3'" + date},
      {"@other.dates\n", ", line 1: '@other.dates'" + date},
      {std::string{"2026-03-02\n\x1b[2J\0\n", 16}, ", line 2: '\\x1b[2J\\x00'" + date},
      {std::string(200, 'x') + "\n", ", line 1: '" + std::string(77, 'x') + "...'" + date},
  };
  for (const auto& row : table) {
    CAPTURE(row.content);
    file.write(row.content);
    CHECK(refusal_of("@" + file.path) == named(file.path + row.complaint));
  }
  CHECK(refusal_of("@/no/such") == named("cannot read /no/such: No such file or directory"));
  CHECK(refusal_of("@/tmp") == named("cannot read /tmp: Is a directory"));
  CHECK(refusal_of("@") == named("'@' names no file (accepted: @FILE)"));
  file.write("2026-03-02");
  const Schedule schedule{weekly, {"@" + file.path}};
  file.write("2026-03-2");
  CHECK_THROWS_WITH_AS(schedule.read_again(),
                       (named(file.path + ", line 1: '2026-03-2'") + date).c_str(), ConfigError);
}
