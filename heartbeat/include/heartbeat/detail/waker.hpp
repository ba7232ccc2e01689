#pragma once

#include <semaphore.h>

namespace heartbeat::detail {

/// Lets any thread end the beat thread's sleep. wake() is async-signal-safe and makes a system call
/// only while the thread sleeps.
class Waker {
 public:
  Waker() noexcept { sem_init(&semaphore_, 0, 0); }
  ~Waker() { sem_destroy(&semaphore_); }
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  /// From now on wake() also wakes `other`. Call it before another thread uses this waker.
  void pass_on_to(Waker& other) noexcept { other_ = &other; }

  void wake() noexcept {
    sem_post(&semaphore_);
    if (other_ != nullptr) sem_post(&other_->semaphore_);
  }

  sem_t& semaphore() noexcept { return semaphore_; }

 private:
  sem_t semaphore_;
  Waker* other_ = nullptr;
};

}  // namespace heartbeat::detail
