#include "command/job.hpp"

#include <doctest/doctest.h>

#include "document/time.hpp"

using namespace heartbeat;
using namespace heartbeat::command;
using namespace std::chrono_literals;

namespace {

WallTime wall(const char* time) { return *parse_timestamp(time); }

JobPlan weekdays() { return {.due = DueTimes{"Mon-Fri 16:00 UTC"}}; }

const WallTime start = wall("2026-11-27T16:00:01Z");  // a Friday

}  // namespace

TEST_CASE("a job that runs every so often is due that long after its last start") {
  const JobPlan plan{.every = 1h};
  CHECK(next_due(plan, start, start) == start + 1h);
  CHECK(next_due(plan, start, start + 1h - 1ms) == start + 1h);
  // A run that lasts past the next due time: that one counts as its own.
  CHECK(next_due(plan, start, start + 1h) == start + 2h);
  CHECK(next_due(plan, start, start + 2h - 1ms) == start + 2h);
  CHECK(next_due(plan, start, start + 150min) == start + 3h);
  CHECK(next_due(plan, start, start - 5min) == start + 1h);  // the wall clock was set back
}

TEST_CASE("a job with due times is due at the first one after its end") {
  CHECK(next_due(weekdays(), start, start + 5min) == wall("2026-11-30T16:00:00Z"));
  // Until Monday 16:00 and past it.
  CHECK(next_due(weekdays(), start, wall("2026-11-30T15:59:59.999Z")) ==
        wall("2026-11-30T16:00:00Z"));
  CHECK(next_due(weekdays(), start, wall("2026-11-30T16:00:00Z")) == wall("2026-12-01T16:00:00Z"));
  // A run before its time does not stand for the one that is due.
  CHECK(next_due(weekdays(), wall("2026-11-27T15:00:00Z"), wall("2026-11-27T15:10:00Z")) ==
        wall("2026-11-27T16:00:00Z"));
}

TEST_CASE("the grace is a tenth of the time between two runs, or as told") {
  CHECK(missing_at({.every = 1h}, start, start + 1h) == start + 66min);
  CHECK(missing_at({.every = 1h}, start, start + 3h) == start + 3h + 6min);
  CHECK(missing_at({.every = 1h, .grace = 30s}, start, start + 1h) == start + 1h + 30s);
  const auto friday = wall("2026-11-27T16:00:00Z"), monday = wall("2026-11-30T16:00:00Z");
  CHECK(missing_at(weekdays(), friday, monday) == monday + 432min);
}

TEST_CASE("while a job runs, it is healthy up to its limit and up to the next due time") {
  const JobPlan plan{.every = 1h, .limit = 20min};
  const auto says = [&](auto elapsed, bool suspended = false) {
    const auto report = running(plan, start, elapsed, suspended);
    return std::string{to_string(report.status)} + ": " + report.reason;
  };
  CHECK(says(0ms) == "healthy: running for 0s");
  CHECK(says(20min) == "healthy: running for 20m");
  CHECK(says(20min + 1ms) == "degraded: running for 1200.001s, limit 1200s");
  CHECK(says(25min) == "degraded: running for 25m, limit 20m");
  CHECK(says(1min, true) == "degraded: suspended, 60s after its start");
  const auto without_limit = [&](auto elapsed) {
    return running({.every = 1h}, start, elapsed, false);
  };
  CHECK(without_limit(1h - 1ms).status == Status::healthy);
  CHECK(without_limit(1h) == Reported{Status::degraded,
                                      "running for 1h, and the next run was due "
                                      "at 2026-11-27T17:00:01.000Z"});
}

TEST_CASE("how it ended is the reason: exit status, signal, limit, and the last line it wrote") {
  const struct {
    JobEnd end;
    std::chrono::milliseconds elapsed;
    const char* says;
  } table[] = {
      {{}, 12s, "healthy: finished in 12s"},
      {{.last_line = "a warning"}, 12s, "healthy: finished in 12s"},
      {{}, 20min, "healthy: finished in 20m"},
      {{}, 25min, "degraded: finished in 25m, limit 20m"},
      {{.exit_status = 3}, 12s, "unhealthy: exit status 3 after 12s"},
      {{.exit_status = 3, .last_line = "no disk"},
       25min,
       "unhealthy: exit status 3 after 25m: no disk"},
      {{.signal = 9}, 12s, "unhealthy: killed by signal 9 after 12s"},
      {{.exit_status = 127, .start_failure = "cannot run 'x': gone"},
       0s,
       "unhealthy: cannot run 'x': gone"},
  };
  for (const auto& [end, elapsed, says] : table) {
    const auto report = finished({.limit = 20min}, end, elapsed);
    CHECK(std::string{to_string(report.status)} + ": " + report.reason == says);
  }
}

TEST_CASE("a run that is well is degraded if its due times may be wrong") {
  const JobPlan plan{.every = 1h, .flaw = "holidays are not known"};
  CHECK(running(plan, start, 1min, false) ==
        Reported{Status::degraded, "running for 60s; holidays are not known"});
  CHECK(finished(plan, {}, 1min) ==
        Reported{Status::degraded, "finished in 60s; holidays are not known"});
  CHECK(finished(plan, {.exit_status = 1}, 1min).status == Status::unhealthy);
}

TEST_CASE("the last line that is not blank, in whatever pieces it comes") {
  const struct {
    std::vector<std::string> pieces;
    std::string last;
  } table[] = {
      {{}, ""},
      {{"\n\n"}, ""},
      {{"one\ntwo\n"}, "two"},
      {{"one\ntw", "o\n \t\n\r\n"}, "two"},
      {{"one\nno end"}, "no end"},
      {{"one\n  "}, "one"},
      {{"  in the middle \r\n"}, "in the middle"},
      {{std::string(4000, 'a'), std::string(300, 'b') + "\n"},
       std::string(4000, 'a') + std::string(96, 'b')},
      {{std::string(5000, 'a') + "\nshort\n"}, "short"},
  };
  for (const auto& [pieces, last] : table) {
    LastLine line;
    for (const auto& piece : pieces) line.add(piece);
    CHECK(line.text() == last);
  }
}
