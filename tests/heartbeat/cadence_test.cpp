#include "beat/cadence.hpp"

#include <doctest/doctest.h>

using heartbeat::Cadence;
using namespace std::chrono_literals;

namespace {
constexpr Cadence::Clock::time_point noon{12h};
}

TEST_CASE("the first document is due at once") { CHECK(Cadence{10s}.due(false) <= noon); }

TEST_CASE("an unchanged document is due an interval after the last one") {
  Cadence cadence{10s};
  cadence.succeeded(noon);
  CHECK(cadence.due(false) == noon + 10s);
}

TEST_CASE("a change is due at once, but no sooner than 100 ms after the last write") {
  Cadence cadence{10s};
  cadence.succeeded(noon);
  CHECK(cadence.due(true) == noon + 100ms);
}

TEST_CASE("pauses after failures double up to one interval, changed or not") {
  Cadence cadence{1s};
  for (const auto pause : {100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
    cadence.failed(noon, 1.0);
    CHECK(cadence.due(false) == noon + pause);
    CHECK(cadence.due(true) == noon + pause);
  }
  cadence.failed(noon, 0.0);
  CHECK(cadence.due(false) == noon + 500ms);
}

TEST_CASE("one success ends the pauses") {
  Cadence cadence{1s};
  cadence.failed(noon, 1.0);
  cadence.failed(noon, 1.0);
  cadence.succeeded(noon + 1s);
  CHECK(cadence.due(false) == noon + 2s);
  cadence.failed(noon + 2s, 1.0);
  CHECK(cadence.due(false) == noon + 2100ms);
}
