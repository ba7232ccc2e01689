#include "writer/detachable_thread.hpp"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <exception>
#include <mutex>
#include <string>
#include <system_error>

#include "host/descriptor.hpp"

namespace heartbeat {
namespace {

Descriptor new_event() {
  Descriptor event{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
  if (!event) throw std::system_error{errno, std::generic_category(), "eventfd"};
  return event;
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

/// The system's error text alone would not say what it refused.
class ThreadRefused final : public std::system_error {
 public:
  ThreadRefused(const std::error_code& code, const char* name)
      : std::system_error{code}, text_{"cannot create the thread " + std::string{name} + ": "} {
    text_ += code.message();
    if (code == std::errc::operation_not_permitted)
      text_ += "; does a seccomp profile forbid clone3, as Docker's did before 20.10.10?";
    if (code == std::errc::resource_unavailable_try_again)
      text_ += "; is a limit on threads reached, such as ulimit -u or pids.max?";
  }
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

}  // namespace

// Lives as long as the thread, which may outlive the DetachableThread.
struct DetachableThread::SharedState {
  detail::Waker waker;
  detail::Waker finished;
  Descriptor stop_event = new_event();
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  bool abandonable = false;  // inside run_abandonable()
  bool abandoned = false;    // stop() has detached the thread
};

DetachableThread::DetachableThread() : shared_{std::make_shared<SharedState>()} {}

void DetachableThread::leave_parent() {
  shared_->waker.leave_parent();
  shared_->finished.leave_parent();
  shared_->stop_event = new_event();
}

DetachableThread::~DetachableThread() {
  if (thread_.joinable()) thread_.detach();
}

void DetachableThread::start(const char* name, std::function<void()> body) try {
  if (thread_.joinable()) return;
  const SignalsBlocked blocked;
  thread_ = std::thread{[shared = shared_, body = std::move(body)]() mutable {
    body();
    body = nullptr;
    shared->finished.wake();
  }};
  pthread_setname_np(thread_.native_handle(), name);
} catch (const std::system_error& error) {
  throw ThreadRefused{error.code(), name};
}

void DetachableThread::request_stop() noexcept {
  if (!thread_.joinable()) return;
  shared_->stopping.store(true);
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(shared_->stop_event.number(), &one, sizeof one);
  shared_->waker.wake();
}

void DetachableThread::stop(Time deadline) noexcept {
  if (!thread_.joinable()) return;
  request_stop();
  if (thread_.get_id() == std::this_thread::get_id()) return;
  while (!shared_->finished.sleep_until(deadline)) {
    const std::lock_guard lock{shared_->mutex};
    if (shared_->abandonable) {
      shared_->abandoned = true;
      return thread_.detach();
    }
    // The thread is between two blocking calls for some microseconds, and may touch the host.
    deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds{1};
  }
  thread_.join();
}

bool DetachableThread::stopping() const noexcept { return shared_->stopping.load(); }

void DetachableThread::sleep_until(Time when) noexcept { shared_->waker.sleep_until(when); }

detail::Waker& DetachableThread::waker() noexcept { return shared_->waker; }

int DetachableThread::stop_descriptor() const noexcept { return shared_->stop_event.number(); }

bool DetachableThread::run_abandonable(const std::function<void()>& call) {
  const auto shared = shared_;  // `this` may be gone when the call returns
  {
    const std::lock_guard lock{shared->mutex};
    shared->abandonable = true;
  }
  std::exception_ptr thrown;
  try {
    call();
  } catch (...) {
    thrown = std::current_exception();
  }
  const std::lock_guard lock{shared->mutex};
  shared->abandonable = false;
  if (!shared->abandoned && thrown) std::rethrow_exception(thrown);
  return !shared->abandoned;
}

}  // namespace heartbeat
