#include "writer/lateness.hpp"

#include <doctest/doctest.h>

#include "host/host.hpp"

using namespace heartbeat;
using namespace std::chrono_literals;

namespace {

constexpr Time first_wake{1h};

/// The lateness of a thread that planned to wake at `first_wake` and woke `late` after it.
Writer after_sleep(std::chrono::nanoseconds late, std::chrono::nanoseconds suspended = 0s,
                   std::chrono::milliseconds interval = 10s) {
  Lateness lateness{interval, 5s};
  lateness.sleeps_until(first_wake);
  lateness.woke(first_wake + late, 5s + suspended);
  Writer writer;
  lateness.describe(writer);
  return writer;
}

}  // namespace

TEST_CASE("a thread that wakes in time, or earlier, is not late") {
  CHECK(after_sleep(0s) == Writer{});
  CHECK(after_sleep(-5s) == Writer{});
}

TEST_CASE("a beat is late beyond 100 ms, beyond an interval the thread stalled") {
  CHECK(after_sleep(100ms).late_beats == 0);
  CHECK(after_sleep(100ms).lateness == 100ms);
  CHECK(after_sleep(100ms + 1ns).late_beats == 1);
  CHECK(after_sleep(10s).lapse.empty());
  CHECK(after_sleep(10s + 1ns).lapse == "the beat thread was not scheduled for 10s");
}

TEST_CASE("a delay up to 2 s is no stall, even with a shorter interval") {
  CHECK(after_sleep(2s, 0s, 100ms).lapse.empty());
  CHECK_FALSE(after_sleep(2s + 1ns, 0s, 100ms).lapse.empty());
}

TEST_CASE("a suspended machine is distinguished from a thread without a processor") {
  CHECK(after_sleep(0s, 10s).lapse.empty());
  CHECK(after_sleep(0s, 10s).suspended == 10s);
  const auto writer = after_sleep(0s, 1h);
  CHECK(writer.lapse == "the machine was suspended for 1h");
  CHECK(writer.late_beats == 0);
  CHECK(after_sleep(12s, 1h).lapse ==
        "the machine was suspended for 1h; the beat thread was not scheduled for 12s");
}

TEST_CASE("a step below 10 ms is no suspension") {
  CHECK(after_sleep(0s, 10ms - 1ns).suspended == 0s);
  CHECK(after_sleep(0s, 10ms).suspended == 10ms);
}

TEST_CASE("a stall is reported until a beat with it is accepted, and counted once") {
  Lateness lateness{10s, 0s};
  Writer writer;
  lateness.sleeps_until(first_wake);
  lateness.woke(first_wake + 30s, 0s);
  lateness.describe(writer);
  lateness.woke(first_wake + 90s, 0s);  // no sleep before: a slow Redis is no lateness
  lateness.describe(writer);
  CHECK(writer.lateness == 30s);
  CHECK(writer.late_beats == 1);
  CHECK_FALSE(writer.lapse.empty());
  lateness.beat_accepted();
  lateness.describe(writer);
  CHECK(writer.lapse.empty());
  CHECK(writer.lateness == 0s);
  CHECK(writer.worst_lateness == 30s);
  CHECK(writer.late_beats == 1);
  lateness.sleeps_until(first_wake + 2min);
  lateness.woke(first_wake + 2min + 1s, 0s);
  lateness.describe(writer);
  CHECK(writer.late_beats == 2);
}

TEST_CASE("the suspended time never shrinks") {
  const auto before = suspended_since_boot();
  CHECK(suspended_since_boot() - before < 1h);
  CHECK(before > -1s);
}
