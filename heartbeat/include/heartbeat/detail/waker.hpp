#pragma once

#include <semaphore.h>

#include "heartbeat/detail/shared.hpp"

namespace heartbeat::detail {

/// Lets any thread end the beat thread's sleep, also one of a forked child. wake() is
/// async-signal-safe and makes a system call only while the thread sleeps.
class Waker {
 public:
  Waker() { sem_init(&*semaphore_, 1, 0); }
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  void leave_parent() { semaphore_.leave_parent(); }

  /// From now on wake() also wakes `other`. Call it before another thread uses this waker.
  void pass_on_to(Waker& other) noexcept { other_ = &other; }

  void wake() noexcept {
    sem_post(&*semaphore_);
    if (other_ != nullptr) sem_post(&*other_->semaphore_);
  }

  sem_t& semaphore() noexcept { return *semaphore_; }

 private:
  Shared<sem_t> semaphore_;
  Waker* other_ = nullptr;
};

}  // namespace heartbeat::detail
