#include "command/documents.hpp"

#include <doctest/doctest.h>

#include "document/time.hpp"

using namespace heartbeat;
using namespace heartbeat::command;
using namespace std::chrono_literals;

TEST_CASE(
    "a document without a next beat names no living process, and only its TTL bounds its age") {
  const Document document{.status = Status::degraded,
                          .reason = "3 rows rejected",
                          .instance = Instance{.host = "a1", .pid = 7, .id = "1", .start_ticks = 5},
                          .interval = 10s,
                          .ttl = 60s};
  const auto last = without_next_beat(document, 600s);
  CHECK(last.interval == 0ms);
  CHECK(last.ttl == 600s);
  CHECK_FALSE(last.instance->start_ticks);
  CHECK(last.instance->id == "1");
  CHECK(last.status == Status::degraded);
  CHECK(read_writer_identity(encode(last)).farewell);
}

TEST_CASE("the result of a job lives until its next run is missing") {
  const struct {
    JobPlan plan;
    const char *started, *ended;
    std::chrono::seconds lives;
  } table[] = {
      {{.every = 1h}, "2026-11-27T16:00:00Z", "2026-11-27T16:05:00Z", 61min},
      // A millisecond more is a second more.
      {{.every = 1h}, "2026-11-27T16:00:00.001Z", "2026-11-27T16:05:00.000Z", 61min + 1s},
      // Past the next due time, which counts as this run's.
      {{.every = 1h, .grace = 0ms}, "2026-11-27T16:00:00Z", "2026-11-27T16:59:59.999Z", 1s},
      {{.every = 1h, .grace = 0ms}, "2026-11-27T16:00:00Z", "2026-11-27T17:00:00Z", 60min},
      // Friday to Monday, or past a holiday.
      {{.due = DueTimes{"Mon-Fri 16:00 UTC"}, .grace = 30min},
       "2026-11-27T16:00:00Z",
       "2026-11-27T16:05:00Z",
       72h + 25min},
      {{.due = DueTimes{"Mon-Fri 16:00 UTC", parse_dates("2026-11-30\n")}, .grace = 30min},
       "2026-11-27T16:00:00Z",
       "2026-11-27T16:05:00Z",
       96h + 25min},
      // The nights of 25 and of 23 hours.
      {{.due = DueTimes{"Mon-Sun 16:00 Europe/Berlin"}, .grace = 0ms},
       "2026-10-24T14:00:00Z",
       "2026-10-24T14:00:00Z",
       25h},
      {{.due = DueTimes{"Mon-Sun 16:00 Europe/Berlin"}, .grace = 0ms},
       "2026-03-28T15:00:00Z",
       "2026-03-28T15:00:00Z",
       23h},
  };
  for (const auto& [plan, started, ended, lives] : table) {
    CAPTURE(started);
    CAPTURE(ended);
    const auto last = last_of_job({.written_at = *parse_timestamp(ended)}, plan,
                                  *parse_timestamp(started), {Status::degraded, "slow"});
    CHECK(last.ttl == lives);
    CHECK(last.interval == no_next_beat);
    CHECK(last.status == Status::degraded);
    CHECK(last.reason == "slow");
  }
}

TEST_CASE("no password and no control character of a command's last line is in its result") {
  const auto last =
      last_of_job({}, {}, {}, {Status::unhealthy, "exit status 1: \x1b[31m no redis://u:secret@r"});
  CHECK(last.reason == "exit status 1: \\x1b[31m no redis://u:***@r");
  CHECK(last.reported == Reported{Status::unhealthy, last.reason});
}
