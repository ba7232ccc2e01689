#include "heartbeat/heartbeat.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

using namespace heartbeat;
using namespace std::chrono_literals;
using std::chrono::sys_days;

namespace {

/// A service on a clock that the test moves; Redis is never asked before start().
struct Simulated {
  explicit Simulated(std::chrono::system_clock::time_point wall = {})
      : clock{Clock::stopped, wall} {}

  Status status() { return beat.judge().status; }
  std::string reason() { return beat.judge().reason; }

  Clock clock;
  Heartbeat beat{{.service = "simulated", .clock = &clock}};
};

template <typename Declaration>
std::string complaint(Declaration declare) try {
  declare();
  return "none";
} catch (const ConfigError& e) {
  return e.what();
}

// Monday, 23 November 2026, in Kolkata (UTC+5:30).
std::chrono::system_clock::time_point kolkata(std::chrono::seconds time_of_day) {
  return sys_days{std::chrono::year{2026} / 11 / 23} + time_of_day - 5h - 30min;
}

}  // namespace

// Only a bool is a verdict: a pointer, a number or a function is a mistake.
template <typename T>
concept FlagTakes = requires(Flag& flag, T value) { flag.set(value); };
template <typename T>
concept TestReturns = requires(Heartbeat& beat, T (*test)(), std::function<T()> function) {
  beat.succeeds(test);
  beat.succeeds(function);
};

static_assert(FlagTakes<bool> && FlagTakes<const bool&> && FlagTakes<std::vector<bool>::reference>);
static_assert(FlagTakes<std::atomic<bool>&>);
static_assert(!FlagTakes<int> && !FlagTakes<double> && !FlagTakes<const char*> &&
              !FlagTakes<Flag*>);
static_assert(!FlagTakes<bool (*)()> && !FlagTakes<std::atomic<int>&>);
static_assert(!FlagTakes<decltype([] { return true; })>);
static_assert(TestReturns<bool> && TestReturns<const bool&>);
static_assert(!TestReturns<int> && !TestReturns<const char*> && !TestReturns<bool (*)()>);

TEST_CASE("without a check and a report a service is never healthy") {
  Simulated s;
  CHECK(s.status() == Status::starting);
  CHECK(s.reason() == "no check is declared and no status reported");
  s.clock.advance(24h);
  CHECK(s.status() == Status::starting);
}

TEST_CASE("a report alone sets the status, with checks the worse of the two is the status") {
  Simulated s;
  s.beat.report(Status::healthy);
  CHECK(s.status() == Status::healthy);
  auto& flag = s.beat.flag("f");
  s.beat.check("flag", critical, flag.is_set());
  flag.set(true);
  s.beat.report(Status::degraded, "disk\nfull");
  CHECK(s.status() == Status::degraded);
  CHECK(s.reason() == "disk\\nfull");
  flag.set(false);
  CHECK(s.status() == Status::unhealthy);
  s.beat.report(Status::healthy);
  flag.set(true);
  CHECK(s.status() == Status::healthy);
}

TEST_CASE("a failing warning degrades, a failing critical check is worse") {
  Simulated s;
  auto& warned = s.beat.flag("w");
  auto& essential = s.beat.flag("e");
  s.beat.check("warned", warning, warned.is_set());
  s.beat.check("essential", critical, essential.is_set());
  warned.set(true);
  CHECK(s.status() == Status::starting);
  essential.set(true);
  CHECK(s.status() == Status::healthy);
  CHECK(s.reason() == "2 checks pass");
  warned.set(false);
  CHECK(s.status() == Status::degraded);
  essential.set(false);
  CHECK(s.status() == Status::unhealthy);
  CHECK(s.reason() == "essential is false (critical, 0s); warned is false (warning, 0s)");
}

TEST_CASE("a flag never set fails after the start grace") {
  Simulated s;
  s.beat.check("flag", critical, s.beat.flag("f").is_set());
  CHECK(s.status() == Status::starting);
  CHECK(s.reason() == "flag waiting for data (critical, 0s)");
  s.clock.advance(60s - 1ns);
  CHECK(s.status() == Status::starting);
  s.clock.advance(1ns);
  CHECK(s.status() == Status::unhealthy);
  CHECK(s.reason() == "flag never set (critical, 0s)");
}

TEST_CASE("a waiting warning does not keep a service from being healthy") {
  Simulated s;
  s.beat.check("ticks", warning, s.beat.activity("t").within(10s));
  CHECK(s.status() == Status::healthy);
  s.clock.advance(10s);
  CHECK(s.status() == Status::degraded);
}

TEST_CASE("five failed flushes, an hour later: healthy") {
  Simulated s;
  auto& failed = s.beat.errors("failed_flushes");
  s.beat.check("batch_flush", warning, failed.count(1h) < 5);
  failed.mark(4);
  CHECK(s.status() == Status::healthy);
  failed.mark();
  CHECK(s.status() == Status::degraded);
  CHECK(s.reason() == "batch_flush 5 in 1h, limit <5 (warning, clears in 1h)");
  s.clock.advance(1h - 1ns);
  CHECK(s.status() == Status::degraded);
  s.clock.advance(1ns);
  CHECK(s.status() == Status::healthy);
}

TEST_CASE("the reason shows how long a check has been failing, from its latest failure on") {
  Simulated s;
  auto& attempts = s.beat.gauge("attempts");
  s.beat.check("reconnects", warning, attempts < 10);
  attempts.set(12);
  s.beat.judge();
  s.clock.advance(42s);
  CHECK(s.reason() == "reconnects 12, limit <10 (warning, 42s)");
  attempts.add(-3);
  CHECK(s.status() == Status::healthy);
  attempts.add(2);
  CHECK(s.reason() == "reconnects 11, limit <10 (warning, 0s)");
}

TEST_CASE("outside its schedule a check is shown but never counted") {
  Simulated s{kolkata(9h)};
  auto& ticks = s.beat.activity("t");
  s.beat.check("tick_rate", warning, ticks.rate(60s) > 0)
      .during(Schedule{"Mon-Fri 09:15-15:30 Asia/Kolkata"});
  s.clock.advance(10min);
  CHECK(s.status() == Status::healthy);
  CHECK(s.reason() == "0 checks pass, 1 suppressed");
}

TEST_CASE("at the opening there is no false alarm, a window later a check without events fails") {
  Simulated s{kolkata(9h)};
  auto& ticks = s.beat.activity("t");
  auto& buffer = s.beat.gauge("b");
  const Schedule hours{"Mon-Fri 09:15-15:30 Asia/Kolkata"};
  s.beat.check("tick_age", critical, ticks.within(60s)).during(hours);
  s.beat.check("tick_rate", warning, ticks.rate(60s) > 0).during(hours);
  s.beat.check("buffer", warning, buffer > 0).during(hours);
  ticks.mark();
  buffer.set(0);
  s.beat.judge();
  s.clock.advance(15min + 1s);
  CHECK(s.status() == Status::healthy);
  CHECK(s.reason() == "0 checks pass, 3 waiting");
  s.clock.advance(59s - 1ns);
  CHECK(s.status() == Status::healthy);
  s.clock.advance(1ns);
  CHECK(s.status() == Status::unhealthy);
  ticks.mark();
  buffer.set(1);
  CHECK(s.status() == Status::healthy);
  buffer.set(0);
  CHECK(s.status() == Status::degraded);
  s.clock.advance(6h + 14min);  // 15:30:00
  CHECK(s.status() == Status::healthy);
}

TEST_CASE("a callback waits until its first call has returned") {
  Simulated s;
  s.beat.check("db", critical, s.beat.succeeds([] { return true; }));
  CHECK(s.status() == Status::starting);
}

TEST_CASE("an invalid declaration is refused with a message that names it") {
  Simulated s;
  auto& flag = s.beat.flag("f");
  auto& errors = s.beat.errors("e");
  s.beat.check("once", critical, flag.is_set());
  CHECK(complaint([&] { s.beat.check("once", warning, flag.is_set()); }) ==
        "check 'once' is declared twice");
  CHECK(complaint([&] { s.beat.check("", critical, flag.is_set()); }) ==
        "check name '' is not 1 to 64 letters, digits, '.', '_' or '-'");
  CHECK(complaint([&] { s.beat.check("a b\n", critical, flag.is_set()); }) ==
        "check name 'a b\\n' is not 1 to 64 letters, digits, '.', '_' or '-'");
  CHECK(complaint([&] { s.beat.check("nothing", critical, Condition{}); }) ==
        "check 'nothing' has no source");
  CHECK(complaint([&] { errors.within(0s); }) == "a limit of 0s is not positive");
  CHECK(complaint([&] { std::ignore = errors.count(-1s) == 0; }) ==
        "a window of -1s is not positive");
  CHECK(complaint([&] { std::ignore = errors.count(1s) < 0; }) ==
        "a number of events is always or never < 0: the check would never change");
  CHECK(
      complaint([&] { std::ignore = errors.count(1s) < 2'000'000; }).starts_with("comparing with"));
  CHECK(complaint([&] { s.beat.succeeds({}); }) == "a callback is empty");
  CHECK(complaint([&] { s.beat.succeeds([] { return true; }, {.every = 0s}); }) ==
        "a callback's period and time limit must be positive");
  for (int i = 1; i < 100; ++i) s.beat.check("c" + std::to_string(i), critical, flag.is_set());
  CHECK(complaint([&] { s.beat.check("c100", critical, flag.is_set()); }) ==
        "check 'c100' exceeds the limit of 100 checks for a service");
}

TEST_CASE("nothing is declared after the start") {
  Heartbeat beat{
      {.service = "started", .redis_url = "unix:///nonexistent.sock", .stop_timeout = 100ms}};
  auto& flag = beat.flag("f");
  auto declared = beat.check("early", critical, flag.is_set());
  beat.start();
  CHECK(complaint([&] { beat.check("late", critical, flag.is_set()); }) ==
        "check 'late' is declared after start(): declare it before");
  CHECK(complaint([&] { declared.during(Schedule{"Mon 09:00-10:00 UTC"}); }) ==
        "schedule 'Mon 09:00-10:00 UTC' is declared after start(): declare it before");
}

TEST_CASE("a callback is called again when the beat's clock says so") {
  Clock clock{Clock::stopped};
  std::atomic<int> calls{0};
  Heartbeat beat{{.service = "s", .redis_url = "none", .clock = &clock}};
  beat.check("db", critical, beat.succeeds([&] { return ++calls > 0; }, {.every = 10ms}));
  const auto eventually = [&](auto holds) {
    for (int i = 0; i < 2000 && !holds(); ++i) std::this_thread::sleep_for(10ms);
    return holds();
  };
  beat.start();
  REQUIRE(eventually([&] { return beat.judge().status == Status::healthy; }));
  clock.advance(10ms - 1ns);
  CHECK(beat.judge().status == Status::healthy);
  std::this_thread::sleep_for(100ms);  // of the machine's time, which does not count
  CHECK(calls == 1);
  clock.advance(1ns);
  CHECK(beat.judge().status == Status::healthy);
  CHECK(eventually([&] { return calls == 2; }));
  std::this_thread::sleep_for(100ms);
  CHECK(calls == 2);
}
