#include "heartbeat/detail/event_log.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using heartbeat::Time;
using heartbeat::detail::EventLog;
using namespace std::chrono_literals;

TEST_CASE("the newest stamps are kept, the oldest go first") {
  EventLog log;
  log.reserve(3);  // rounded up to 4
  for (int i = 1; i <= 6; ++i) log.record(Time{i * 1s});
  CHECK(log.total() == 6);
  CHECK(log.capacity() == 4);
  CHECK(log.newest(1) == Time{6s});
  CHECK(log.newest(4) == Time{3s});
}

TEST_CASE("many events at once fill the ring and count in full") {
  EventLog log;
  log.reserve(4);
  log.record(Time{1s}, 1'000'000'000'000);
  CHECK(log.total() == 1'000'000'000'000);
  CHECK(log.newest(1) == Time{1s});
  CHECK(log.newest(4) == Time{1s});
  log.record(Time{2s}, 0);
  CHECK(log.newest(1) == Time{1s});
}

TEST_CASE("growing keeps the stamps") {
  EventLog log;
  log.reserve(2);
  log.record(Time{1s});
  log.record(Time{2s});
  log.reserve(64);
  log.record(Time{3s});
  CHECK(log.newest(1) == Time{3s});
  CHECK(log.newest(2) == Time{2s});
  CHECK(log.newest(3) == Time{1s});
}

TEST_CASE("a count includes events younger than the window, but not events exactly as old") {
  EventLog log;
  log.reserve(8);
  for (int i = 0; i < 5; ++i) log.record(Time{i * 10s});
  CHECK(log.count(20s, Time{40s}) == 2);
  CHECK(log.count(20s + 1ns, Time{40s}) == 3);
  CHECK(log.count(1h, Time{40s}) == 5);
  CHECK(log.count(1s, Time{100s}) == 0);
}

TEST_CASE("record() returns true once, for the event that reaches the announced total") {
  EventLog log;
  log.announce_at(3);
  CHECK_FALSE(log.record(Time{1s}));
  CHECK_FALSE(log.record(Time{1s}));
  CHECK(log.record(Time{1s}));
  CHECK_FALSE(log.record(Time{1s}));
}

TEST_CASE("no event of four threads is lost, and one of them announces") {
  EventLog log;
  log.reserve(1024);
  log.announce_at(50'000);
  std::atomic<int> announced{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 25'000; ++i)
        if (log.record(Time{1s})) ++announced;
    });
  for (int i = 0; i < 100; ++i) log.count(1h, Time{2s});
  for (auto& thread : threads) thread.join();
  CHECK(log.total() == 100'000);
  CHECK(announced == 1);
}

// A mark without a stamp leaves what was there one round before.
TEST_CASE("a stamp that a killed process did not store is that of the next event, or of now") {
  EventLog log{EventLog::Missing::next};
  log.reserve(8);
  for (int i = 1; i <= 8; ++i) log.record(Time{i * 1min});
  log.complete(Time{8min});
  log.record(Time{1min});  // missing
  log.record(Time{2min});  // missing
  log.record(Time{20min});
  log.record(Time{3min});  // missing
  log.complete(Time{21min});
  CHECK(log.newest(1) == Time{21min});
  CHECK(log.newest(2) == Time{20min});
  CHECK(log.newest(3) == Time{20min});
  CHECK(log.newest(4) == Time{20min});
  CHECK(log.newest(5) == Time{8min});
  log.complete(Time{30min});
  CHECK(log.newest(1) == Time{21min});
  EventLog first;
  first.record(Time{});  // missing, and nothing was there
  first.complete(Time{5min});
  CHECK(first.newest(1) == Time{5min});
}

TEST_CASE("a stamp of activity that a killed process did not store is that of the event before") {
  EventLog log{EventLog::Missing::previous};
  log.reserve(8);
  log.record(Time{});
  log.complete(Time{1min});
  CHECK(log.total() == 1);
  CHECK_FALSE(log.has_newest());
  for (int i = 2; i <= 8; ++i) log.record(Time{i * 1min});
  log.complete(Time{8min});
  log.record(Time{1min});
  log.record(Time{2min});
  log.complete(Time{20min});
  CHECK(log.newest(1) == Time{8min});
  CHECK(log.newest(2) == Time{8min});
  log.record(Time{30min});
  CHECK(log.newest(1) == Time{30min});
}

TEST_CASE("stamps in a little disorder stay as they are") {
  EventLog log;
  log.reserve(1024);
  for (const auto stamp : {10'000ms, 11'000ms, 10'001ms, 12'000ms, 11'000ms})
    log.record(Time{stamp});
  log.complete(Time{1h});
  CHECK(log.newest(3) == Time{10'001ms});
  CHECK(log.newest(1) == Time{11s});
}
