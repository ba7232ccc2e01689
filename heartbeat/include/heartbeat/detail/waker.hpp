#pragma once

#include <semaphore.h>

namespace heartbeat::detail {

/// Lets any thread end the beat thread's sleep. wake() is async-signal-safe and
/// makes a system call only while the thread sleeps.
class Waker {
 public:
  Waker() noexcept { sem_init(&semaphore_, 0, 0); }
  ~Waker() { sem_destroy(&semaphore_); }
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  void wake() noexcept { sem_post(&semaphore_); }

  sem_t& semaphore() noexcept { return semaphore_; }

 private:
  sem_t semaphore_;
};

}  // namespace heartbeat::detail
