#include "writer/write_schedule.hpp"

#include <doctest/doctest.h>

using heartbeat::WriteSchedule;
using namespace std::chrono_literals;

namespace {
constexpr heartbeat::Time noon{12h};
}

TEST_CASE("the first document is due at once") { CHECK(WriteSchedule{10s}.due(false) <= noon); }

TEST_CASE("an unchanged document is due an interval after the last one") {
  WriteSchedule schedule{10s};
  schedule.succeeded(noon);
  CHECK(schedule.due(false) == noon + 10s);
}

TEST_CASE("a change is due at once, but no sooner than 100 ms after the last write") {
  WriteSchedule schedule{10s};
  schedule.succeeded(noon);
  CHECK(schedule.due(true) == noon + 100ms);
}

TEST_CASE("pauses after failures double up to one interval, with or without a change") {
  WriteSchedule schedule{1s};
  for (const auto pause : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    schedule.failed(noon, 1.0);
    CHECK(schedule.due(false) == noon + pause);
    CHECK(schedule.due(true) == noon + pause);
  }
  schedule.failed(noon, 0.0);
  CHECK(schedule.due(false) == noon + 500ms);
}

TEST_CASE("one success ends the pauses") {
  WriteSchedule schedule{1s};
  schedule.failed(noon, 1.0);
  schedule.failed(noon, 1.0);
  schedule.succeeded(noon + 1s);
  CHECK(schedule.due(false) == noon + 2s);
  schedule.failed(noon + 2s, 1.0);
  CHECK(schedule.due(false) == noon + 2100ms);
}
