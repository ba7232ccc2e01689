#include "checks/check_set.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "heartbeat/detail/waker.hpp"
#include "heartbeat/source.hpp"

using namespace heartbeat;
using namespace std::chrono_literals;

namespace {

template <typename Number>
concept Marks = requires(Events& events, Number n) { events.mark(n); };

}  // namespace

TEST_CASE("setting the wall clock opens and closes sessions at once, forward and back") {
  detail::Waker waker;
  Gauge gauge{waker};
  gauge.set(1);
  CheckSet set{60s};
  set.set_schedule(set.add("level", Severity::warning, gauge > 0),
                   Schedule{"Mon-Fri 09:15-15:30 Asia/Kolkata"});
  // Monday, 23 November 2026, 09:15 in Kolkata.
  const auto opens = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 3h + 45min;
  const auto state = [&](auto wall) { return set.evaluate({Time{1h}, wall}).checks.front().state; };
  for (int round = 0; round < 2; ++round) {
    CHECK(state(opens - 1ns) == CheckState::suppressed);
    CHECK(state(opens) == CheckState::pass);
    CHECK(state(opens + 6h + 15min - 1ns) == CheckState::pass);
    CHECK(state(opens + 6h + 15min) == CheckState::suppressed);
    CHECK(state(opens + std::chrono::days{1} + 1h) == CheckState::pass);
    CHECK(state(opens + 1h) == CheckState::pass);
    CHECK(state(opens - 12h) == CheckState::suppressed);
  }
}

TEST_CASE("every evaluation computes the session's end from its own moment") {
  detail::Waker waker;
  Gauge gauge{waker};
  gauge.set(1);
  CheckSet set{60s};
  set.set_schedule(set.add("level", Severity::warning, gauge > 0),
                   Schedule{"Mon-Fri 09:15-15:30 Asia/Kolkata"});
  const auto opens = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 3h + 45min;
  CHECK(set.evaluate({Time{1h}, opens}).changes_at == Time{1h + 6h + 15min});
  CHECK(set.evaluate({Time{2h}, opens + 1h}).changes_at == Time{2h + 5h + 15min});
}

TEST_CASE("a wall clock set into a session has the effect of an opening") {
  detail::Waker waker;
  Clock clock{Clock::stopped};
  Events ticks{waker, clock};
  ticks.mark();  // at Time{1h}
  CheckSet set{60s};
  set.set_schedule(set.add("ticks", Severity::critical, ticks.within(60s)),
                   Schedule{"Mon-Fri 09:15-15:30 Asia/Kolkata"});
  set.start(Time{1h});
  const auto opens = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 3h + 45min;
  const auto state = [&](auto now, auto wall) {
    return set.evaluate({Time{now}, wall}).checks.front().state;
  };
  CHECK(state(5h, opens - 2h) == CheckState::suppressed);
  CHECK(state(5h, opens + 1h) == CheckState::waiting);
  CHECK(state(5h + 60s - 1ns, opens + 1h + 60s - 1ns) == CheckState::waiting);
  CHECK(state(5h + 60s, opens + 1h + 60s) == CheckState::fail);
}

TEST_CASE("a flag says why it is false, until it is true") {
  detail::Waker waker;
  Flag flag{waker};
  CheckSet set{60s};
  set.add("websocket", Severity::critical, flag.is_set());
  const auto output = [&] { return set.evaluate({Time{1h}, {}}).checks.front().output; };
  CHECK(output().empty());
  flag.set(false, "HTTP 403");
  CHECK(flag.value() == false);
  CHECK(output() == "HTTP 403");
  flag.set(false);
  CHECK(output() == "HTTP 403");
  flag.set(false, "HTTP 500\n");
  CHECK(output() == "HTTP 500\\n");
  flag.set(true, "ignored");
  CHECK(output().empty());
  flag.set(false);
  CHECK(output().empty());
  flag.set(false, std::string(119, 'x') + "\u00e9");  // its second byte would be the 121st
  CHECK(output() == std::string(119, 'x'));
  flag.set(false, std::string(120, 'x'));
  CHECK(output() == std::string(120, 'x'));
}

TEST_CASE("several threads give reasons, and one whole reason is read") {
  detail::Waker waker;
  Flag flag{waker};
  std::vector<std::thread> threads;
  for (const char c : {'a', 'b', 'c'})
    threads.emplace_back([&flag, c] {
      for (int i = 0; i < 20'000; ++i)
        flag.set(false, std::string(static_cast<std::size_t>(i % 120 + 1), c));
    });
  bool whole = true;
  for (int i = 0; i < 20'000; ++i) {
    const auto reason = flag.reason();
    whole = whole && (reason.empty() || reason.find_first_not_of(reason.front()) == reason.npos);
  }
  for (auto& thread : threads) thread.join();
  CHECK(whole);
  flag.set(false, "the last");
  CHECK(flag.reason() == "the last");
}

TEST_CASE("a negative number of events marks nothing") {
  detail::Waker waker;
  const Clock clock{Clock::stopped};
  Events events{waker, clock};
  events.mark(-1);
  events.mark(std::int64_t{-5});
  CHECK(events.total() == 0);
  events.mark(2);
  events.mark(std::size_t{3});
  CHECK(events.total() == 5);
  static_assert(Marks<int> && Marks<std::size_t> && !Marks<bool> && !Marks<double>);
}
