#include "writer/detachable_thread.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace heartbeat {
namespace {

// False when the time came first.
bool acquire_until(sem_t& semaphore, std::chrono::steady_clock::time_point when) noexcept {
  const auto since_boot = std::max(when.time_since_epoch(), std::chrono::steady_clock::duration{});
  const auto whole = std::chrono::floor<std::chrono::seconds>(since_boot);
  const timespec until{.tv_sec = whole.count(),
                       .tv_nsec = std::chrono::nanoseconds{since_boot - whole}.count()};
  // Not wait_for of a condition variable: a step of the wall clock must not
  // stretch a beat, and before glibc 2.30 it did.
  while (sem_clockwait(&semaphore, CLOCK_MONOTONIC, &until) != 0)
    if (errno != EINTR) return false;
  return true;
}

class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

// Lives as long as the thread, which may be longer than the DetachableThread.
struct DetachableThread::Shared {
  Shared() : stop_descriptor{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
    if (stop_descriptor < 0) throw std::system_error{errno, std::generic_category(), "eventfd"};
  }
  ~Shared() { close(stop_descriptor); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;

  detail::Waker waker;
  detail::Waker finished;
  int stop_descriptor;
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  bool outside = false;    // in a call that touches nothing of the host
  bool abandoned = false;  // the host has left meanwhile
};

DetachableThread::DetachableThread() : shared_{std::make_shared<Shared>()} {}

DetachableThread::~DetachableThread() {
  if (thread_.joinable()) thread_.detach();
}

void DetachableThread::start(const char* name, std::function<void()> body) {
  const SignalsBlocked blocked;
  thread_ = std::thread{[shared = shared_, body = std::move(body)]() mutable {
    body();
    body = nullptr;
    shared->finished.wake();
  }};
  pthread_setname_np(thread_.native_handle(), name);
}

void DetachableThread::request_stop() noexcept {
  shared_->stopping.store(true);
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(shared_->stop_descriptor, &one, sizeof one);
  shared_->waker.wake();
}

bool DetachableThread::stop(Clock::time_point deadline) noexcept {
  if (!thread_.joinable()) return true;
  request_stop();
  while (!acquire_until(shared_->finished.semaphore(), deadline)) {
    const std::lock_guard lock{shared_->mutex};
    if (shared_->outside) {
      shared_->abandoned = true;
      thread_.detach();
      return false;
    }
    // Between two blocking calls: a matter of microseconds, and it touches the host.
    deadline = Clock::now() + std::chrono::milliseconds{1};
  }
  thread_.join();
  return true;
}

bool DetachableThread::stopping() const noexcept { return shared_->stopping.load(); }

void DetachableThread::sleep_until(Clock::time_point when) noexcept {
  auto& semaphore = shared_->waker.semaphore();
  if (acquire_until(semaphore, when))
    while (sem_trywait(&semaphore) == 0) continue;  // many calls to wake are one
}

detail::Waker& DetachableThread::waker() noexcept { return shared_->waker; }

int DetachableThread::stop_descriptor() const noexcept { return shared_->stop_descriptor; }

bool DetachableThread::run_abandonable(const std::function<void()>& call) {
  const auto shared = shared_;  // `this` may be gone when the call returns
  {
    const std::lock_guard lock{shared->mutex};
    shared->outside = true;
  }
  call();
  const std::lock_guard lock{shared->mutex};
  shared->outside = false;
  return !shared->abandoned;
}

}  // namespace heartbeat
