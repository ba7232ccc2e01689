#include "command/documents.hpp"

#include <doctest/doctest.h>

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
