#include "checks/evaluate.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "document/document.hpp"

using namespace heartbeat;
using namespace std::chrono_literals;
using detail::EventLog;

namespace {

constexpr Time start{1h};
constexpr OpenPeriod period{.opened = start, .grace = 60s};

CheckState state(const CheckResult& result) { return result.state; }

EventLog& marked(EventLog& log, std::initializer_list<Time> times, std::size_t capacity = 16) {
  log.reserve(capacity);
  for (const Time time : times) log.record(time);
  return log;
}

CheckResult count(const EventLog& log, Comparison comparison, double limit, Time now,
                  std::chrono::nanoseconds window = 300s, OpenPeriod in = period) {
  return evaluate_count(log, *CountRange::of(comparison, limit), window, in, now);
}

}  // namespace

TEST_CASE("a flag passes when true and fails at once when false") {
  CHECK(state(evaluate_flag(true, period, start)) == CheckState::pass);
  CHECK(state(evaluate_flag(false, period, start)) == CheckState::fail);
}

TEST_CASE("a flag never set waits for the start grace, and not a nanosecond longer") {
  const auto waiting = evaluate_flag(std::nullopt, period, start + 60s - 1ns);
  CHECK(waiting.state == CheckState::waiting);
  CHECK(waiting.changes_at == start + 60s);
  CHECK(state(evaluate_flag(std::nullopt, period, start + 60s)) == CheckState::fail);
}

TEST_CASE("a gauge is compared as declared, at both sides of its bound") {
  const auto at = [](double value, Comparison comparison) {
    return evaluate_gauge(value, true, comparison, 10, period, start).state == CheckState::pass;
  };
  const struct {
    Comparison comparison;
    bool below, equal, above;
  } table[] = {
      {Comparison::less, true, false, false},    {Comparison::less_equal, true, true, false},
      {Comparison::greater, false, false, true}, {Comparison::greater_equal, false, true, true},
      {Comparison::equal, false, true, false},   {Comparison::not_equal, true, false, true}};
  for (const auto& row : table) {
    CAPTURE(to_string(row.comparison));
    CHECK(at(9.999, row.comparison) == row.below);
    CHECK(at(10, row.comparison) == row.equal);
    CHECK(at(10.001, row.comparison) == row.above);
    CHECK_FALSE(at(0.0 / 0.0, row.comparison));
  }
}

TEST_CASE("an untouched gauge passes if zero does, else waits for the grace") {
  CHECK(state(evaluate_gauge(0, false, Comparison::less, 10, period, start)) == CheckState::pass);
  CHECK(state(evaluate_gauge(0, false, Comparison::greater, 0, period, start + 59s)) ==
        CheckState::waiting);
  CHECK(state(evaluate_gauge(0, false, Comparison::greater, 0, period, start + 60s)) ==
        CheckState::fail);
  CHECK(state(evaluate_gauge(0, true, Comparison::greater, 0, period, start)) == CheckState::fail);
}

TEST_CASE("after an opening a flag or gauge has the grace until it passes for the first time") {
  OpenPeriod reopened{.opened = start, .grace = 60s, .reopened = true};
  const auto judge = [&](Time now) {
    return evaluate_gauge(0, true, Comparison::greater, 0, reopened, now).state;
  };
  CHECK(judge(start + 60s - 1ns) == CheckState::waiting);
  CHECK(judge(start + 60s) == CheckState::fail);
  reopened.passed_since_opened = true;
  CHECK(judge(start + 1s) == CheckState::fail);
}

TEST_CASE("an age passes while it is below its limit, to the nanosecond") {
  EventLog log;
  marked(log, {start + 5s});
  const auto last_moment = evaluate_age(log, 60s, period, start + 65s - 1ns);
  CHECK(last_moment.state == CheckState::pass);
  CHECK(last_moment.changes_at == start + 65s);
  const auto passed = evaluate_age(log, 60s, period, start + 65s);
  CHECK(passed.state == CheckState::fail);
  CHECK(passed.events_to_change == 1);
  CHECK(passed.value == Value{60.0});
}

TEST_CASE("without any event an age waits for its own limit") {
  const EventLog log;
  CHECK(state(evaluate_age(log, 60s, period, start + 60s - 1ns)) == CheckState::waiting);
  const auto result = evaluate_age(log, 60s, period, start + 60s);
  CHECK(result.state == CheckState::fail);
  CHECK(result.value == Value{});
}

TEST_CASE("an age from before the opening counts while it is young, then waits from the opening") {
  EventLog log;
  marked(log, {start - 20s});
  const auto young = evaluate_age(log, 60s, period, start + 40s - 1ns);
  CHECK(young.state == CheckState::pass);
  CHECK(young.changes_at == start + 40s);
  CHECK(state(evaluate_age(log, 60s, period, start + 40s)) == CheckState::waiting);
  CHECK(state(evaluate_age(log, 60s, period, start + 60s - 1ns)) == CheckState::waiting);
  CHECK(state(evaluate_age(log, 60s, period, start + 60s)) == CheckState::fail);
}

TEST_CASE("a count is exact at both ends of its window") {
  EventLog log;
  marked(log, {start});
  CHECK(count(log, Comparison::equal, 0, start).state == CheckState::fail);
  const auto last = count(log, Comparison::equal, 0, start + 300s - 1ns);
  CHECK(last.state == CheckState::fail);
  CHECK(last.clears_at == start + 300s);
  CHECK(last.changes_at == start + 300s);
  CHECK(count(log, Comparison::equal, 0, start + 300s).state == CheckState::pass);
}

TEST_CASE("a failed count says when it passes again: an hour after the oldest of five failures") {
  EventLog log;
  marked(log, {start, start + 1s, start + 2s, start + 3s});
  const auto four = count(log, Comparison::less, 5, start + 4s, 1h);
  CHECK(four.state == CheckState::pass);
  CHECK(four.events_to_change == 1);

  log.record(start + 4s);
  const auto five = count(log, Comparison::less, 5, start + 4s, 1h);
  CHECK(five.state == CheckState::fail);
  CHECK(five.clears_at == start + 1h);  // the oldest of the five
  CHECK(count(log, Comparison::less, 5, start + 1h - 1ns, 1h).state == CheckState::fail);
  CHECK(count(log, Comparison::less, 5, start + 1h, 1h).state == CheckState::pass);
}

TEST_CASE("a check that requires events waits one full window for them") {
  EventLog log;
  const auto empty = count(log, Comparison::greater, 0, start + 300s - 1ns);
  CHECK(empty.state == CheckState::waiting);
  CHECK(empty.events_to_change == 1);
  CHECK(empty.changes_at == start + 300s);
  CHECK(count(log, Comparison::greater, 0, start + 300s).state == CheckState::fail);
  marked(log, {start + 10s});
  CHECK(count(log, Comparison::greater, 0, start + 10s).state == CheckState::pass);
  CHECK(count(log, Comparison::greater, 0, start + 310s - 1ns).state == CheckState::pass);
  CHECK(count(log, Comparison::greater, 0, start + 310s).state == CheckState::fail);
}

TEST_CASE("an upper limit exceeded in the first window fails at once") {
  EventLog log;
  marked(log, {start, start, start});
  CHECK(count(log, Comparison::less, 3, start).state == CheckState::fail);
  CHECK(count(log, Comparison::less_equal, 3, start).state == CheckState::pass);
  CHECK(count(log, Comparison::equal, 2, start).state == CheckState::fail);
  CHECK(count(log, Comparison::equal, 4, start).state == CheckState::waiting);
  CHECK(count(log, Comparison::not_equal, 3, start).state == CheckState::fail);
  CHECK(count(log, Comparison::not_equal, 3, start).clears_at == start + 300s);
}

TEST_CASE("a comparison that can change has a range that agrees with it") {
  CHECK_FALSE(CountRange::of(Comparison::less, 0));
  CHECK_FALSE(CountRange::of(Comparison::greater_equal, 0));
  CHECK_FALSE(CountRange::of(Comparison::equal, 2.5));
  CHECK_FALSE(CountRange::of(Comparison::less, -1));
  CHECK_FALSE(CountRange::of(Comparison::less, 0.0 / 0.0));
  for (const double limit : {0.0, 0.5, 1.0, 2.5, 3.0})
    for (const auto comparison :
         {Comparison::less, Comparison::less_equal, Comparison::greater, Comparison::greater_equal,
          Comparison::equal, Comparison::not_equal}) {
      const auto range = CountRange::of(comparison, limit);
      if (!range) continue;
      for (std::uint64_t n = 0; n < 6; ++n) {
        CAPTURE(n);
        CAPTURE(to_string(comparison));
        CAPTURE(limit);
        CHECK(range->passes(n) == compare(static_cast<double>(n), comparison, limit));
      }
    }
}

TEST_CASE("counts from a ring of few stamps agree with counting every event") {
  std::mt19937 random{1};
  for (int round = 0; round < 3000; ++round) {
    const auto limit = random() % 6;
    const auto comparison = static_cast<Comparison>(random() % 6);
    const auto range = CountRange::of(comparison, static_cast<double>(limit));
    if (!range) continue;
    EventLog log;
    log.reserve(range->stamps_needed());
    std::vector<Time> all;
    Time now = start;
    for (auto n = random() % 12; n > 0; --n) {
      now += std::chrono::seconds{1 + random() % 60};
      log.record(now);
      all.push_back(now);
    }
    now += std::chrono::seconds{random() % 200};
    const auto inside = std::ranges::count_if(all, [&](Time t) { return now - t < 100s; });
    const OpenPeriod old{.opened = start - 24h, .grace = 60s};
    const auto result = evaluate_count(log, *range, 100s, old, now);
    const bool expected =
        compare(static_cast<double>(inside), comparison, static_cast<double>(limit));
    CAPTURE(inside);
    CAPTURE(to_string(comparison));
    CAPTURE(limit);
    CHECK((result.state == CheckState::pass) == expected);
    if (result.changes_at == far_future) continue;
    const auto before = evaluate_count(log, *range, 100s, old, result.changes_at - 1ns);
    const auto after = evaluate_count(log, *range, 100s, old, result.changes_at);
    CHECK(before.state == result.state);
    CHECK(after.state != result.state);
  }
}

TEST_CASE(
    "a rate is events over the window, or over the time of the kept stamps if there are more") {
  EventLog log;
  log.reserve(4);
  for (int i = 0; i < 3; ++i) log.record(start + i * 1s);
  const auto range = *CountRange::of(Comparison::greater, 0);
  CHECK(evaluate_rate(log, range, 10s, period, start + 2s).value == Value{0.3});
  for (int i = 3; i < 100; ++i) log.record(start + i * 1s);
  const auto fast = evaluate_rate(log, range, 10s, period, start + 100s);
  CHECK(fast.value == Value{1.0});
  CHECK(fast.state == CheckState::pass);
  CHECK(evaluate_rate(log, range, 10s, period, start + 109s - 1ns).state == CheckState::pass);
  CHECK(evaluate_rate(log, range, 10s, period, start + 109s).state == CheckState::fail);
}

TEST_CASE("a callback passes or fails by its last answer") {
  CHECK(state(evaluate_callback({.success = true}, 5s, period, start)) == CheckState::pass);
  const auto failed = evaluate_callback({.success = false, .output = "refused"}, 5s, period, start);
  CHECK(failed.state == CheckState::fail);
  CHECK(failed.output == "refused");
}

TEST_CASE("a callback that hangs fails at its limit, even if its last call passed") {
  const CallbackState hung{.success = true, .called_at = start};
  const auto soon = evaluate_callback(hung, 5s, period, start + 5s - 1ns);
  CHECK(soon.state == CheckState::pass);
  CHECK(soon.changes_at == start + 5s);
  const auto late = evaluate_callback(hung, 5s, period, start + 12s);
  CHECK(late.state == CheckState::fail);
  CHECK(late.output == "no answer for 12s");
  const auto queued =
      evaluate_callback({.called_at = start, .begun = false}, 5s, period, start + 12s);
  CHECK(queued.output == "not begun for 12s: the interpreter is busy");
  CHECK(state(evaluate_callback({.called_at = start}, 5s, period, start + 1s)) ==
        CheckState::waiting);
  CHECK(state(evaluate_callback({}, 5s, period, start + 60s)) == CheckState::fail);
}

TEST_CASE("a window longer than the clock can count does not overflow") {
  EventLog log;
  marked(log, {start});
  CHECK(state(evaluate_age(log, std::chrono::nanoseconds::max(), period, start + 1h)) ==
        CheckState::pass);
  CHECK(count(log, Comparison::equal, 0, start + 1h, std::chrono::nanoseconds::max()).state ==
        CheckState::fail);
}
