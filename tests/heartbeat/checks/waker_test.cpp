#include "heartbeat/detail/waker.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

using namespace std::chrono_literals;
using heartbeat::Time;
using heartbeat::detail::Waker;

namespace {

Time this_moment() { return std::chrono::steady_clock::now(); }

}  // namespace

TEST_CASE("many calls of wake() end one sleep, also one that begins later") {
  Waker waker;
  waker.wake();
  waker.wake();
  CHECK(waker.sleep_until(Time::max()));
  CHECK_FALSE(waker.sleep_until(this_moment()));
  waker.wake();
  CHECK(waker.sleep_until(this_moment()));  // a call counts although the time has come
  CHECK_FALSE(waker.sleep_until(Time::min()));
}

TEST_CASE("a sleep without a call ends at its time, and not before") {
  Waker waker;
  const auto until = this_moment() + 20ms;
  CHECK_FALSE(waker.sleep_until(until));
  CHECK(this_moment() >= until);
}

TEST_CASE("another thread, another waker and a forked child end a sleep") {
  Waker waker;
  Waker first;
  first.pass_on_to(waker);
  const std::jthread thread{[&] {
    std::this_thread::sleep_for(20ms);  // most likely asleep
    first.wake();
  }};
  CHECK(waker.sleep_until(Time::max()));
  CHECK(first.sleep_until(this_moment()));

  const auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    usleep(20'000);
    waker.wake();
    _exit(0);
  }
  CHECK(waker.sleep_until(Time::max()));
  CHECK(waitpid(child, nullptr, 0) == child);
}

TEST_CASE("a child that leaves its parent sleeps although it was forked from a sleeping one") {
  Waker waker;
  const std::jthread thread{[&] {
    std::this_thread::sleep_for(20ms);
    const auto child = fork();
    if (child == 0) {
      waker.leave_parent();
      const auto until = this_moment() + 20ms;
      const bool woken = waker.sleep_until(until);
      _exit(woken || this_moment() < until ? 1 : 0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
    waker.wake();
  }};
  CHECK(waker.sleep_until(Time::max()));
}
