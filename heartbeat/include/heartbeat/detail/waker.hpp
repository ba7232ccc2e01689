#pragma once

#include <atomic>
#include <cstdint>

#include "heartbeat/clock.hpp"
#include "heartbeat/detail/shared.hpp"

namespace heartbeat::detail {

/// Lets any thread end the beat thread's sleep, also one of a forked child. wake() is
/// async-signal-safe and makes a system call only while the thread sleeps.
class Waker {
 public:
  Waker() = default;
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  void leave_parent() { state_.leave_parent(); }

  /// From now on wake() also wakes `other`. Call it before another thread uses this waker.
  void pass_on_to(Waker& other) noexcept { other_ = &other; }

  void wake() noexcept {
    wake_one();
    if (other_ != nullptr) other_->wake_one();
  }

  /// Only for one thread: sleeps until wake() is called, or has been called since the last sleep.
  /// Many calls count as one. Returns false if `when` comes first.
  bool sleep_until(Time when) noexcept;

 private:
  // Not a semaphore: before glibc 2.30 a step of the wall clock stretches its wait.
  enum Sleep : std::uint32_t { awake, called, asleep };

  void wake_one() noexcept {
    if (state_->exchange(called) == asleep) end_sleep();
  }
  void end_sleep() noexcept;

  Shared<std::atomic<std::uint32_t>> state_;
  Waker* other_ = nullptr;
};

}  // namespace heartbeat::detail
