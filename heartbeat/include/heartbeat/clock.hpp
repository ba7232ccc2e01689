#pragma once

#include <time.h>

#include <atomic>
#include <chrono>

namespace heartbeat {

/// A point on CLOCK_MONOTONIC: no step of the wall clock moves it.
using Time = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

/// The clock with which a Heartbeat stamps events, evaluates checks and looks up schedules.
/// Thread-safe.
///
/// A stopped clock moves only by advance(): a service can test its checks without sleeping and
/// without Redis:
///
///     heartbeat::Clock clock{heartbeat::Clock::stopped};
///     heartbeat::Heartbeat beat{{.service = "worker", .clock = &clock}};
///     auto& failed = beat.errors("failed_flushes");
///     beat.check("batch_flush", heartbeat::warning, failed.count(1h) < 5);
///     failed.mark(5);
///     assert(beat.judge().status == heartbeat::Status::degraded);
///     clock.advance(1h);
///     assert(beat.judge().status == heartbeat::Status::healthy);
class Clock {
 public:
  struct Stopped {};
  static constexpr Stopped stopped{};

  /// The machine's clock, exact to its tick (1 to 10 ms). Reading it costs a few nanoseconds and
  /// no system call.
  Clock() noexcept = default;

  /// A clock that stands still until advanced. `wall` is the wall time for schedules.
  explicit Clock(Stopped, std::chrono::system_clock::time_point wall = {}) noexcept
      : running_{false}, stopped_wall_{wall} {}

  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  Time now() const noexcept {
    if (!running_) return Time{std::chrono::hours{1}} + shift();
    return Time{read(CLOCK_MONOTONIC_COARSE)} + shift();
  }

  /// Moves in step with now(): the difference between the two is constant.
  std::chrono::system_clock::time_point wall() const noexcept {
    if (!running_) return stopped_wall_ + shift();
    return std::chrono::system_clock::time_point{read(CLOCK_REALTIME_COARSE)} + shift();
  }

  /// Moves this clock forward: every earlier event is that much older. A running Heartbeat notices
  /// at the next Heartbeat::judge(), which also lets it call the callbacks that are due.
  void advance(std::chrono::nanoseconds by) noexcept {
    shift_.fetch_add(by.count(), std::memory_order_relaxed);
  }

 private:
  static std::chrono::nanoseconds read(clockid_t clock) noexcept {
    timespec t{};
    clock_gettime(clock, &t);
    return std::chrono::seconds{t.tv_sec} + std::chrono::nanoseconds{t.tv_nsec};
  }

  std::chrono::nanoseconds shift() const noexcept {
    return std::chrono::nanoseconds{shift_.load(std::memory_order_relaxed)};
  }

  std::atomic<std::chrono::nanoseconds::rep> shift_{0};
  bool running_ = true;
  std::chrono::system_clock::time_point stopped_wall_{};
};

}  // namespace heartbeat
