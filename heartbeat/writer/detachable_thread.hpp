#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "heartbeat/detail/waker.hpp"

namespace heartbeat {

/// A thread that its host can leave behind.
///
/// Nothing in POSIX ends a thread that hangs in a resolver or in a user's
/// callback. So such calls run inside run_abandonable(), which touches nothing of the
/// host; when stop() runs out of time there, the thread is abandoned: it ends as
/// soon as the call returns, without another look at the host.
///
/// The thread blocks every signal, so that it never takes one from the host and
/// never gets SIGPIPE.
class DetachableThread {
 public:
  using Clock = std::chrono::steady_clock;

  DetachableThread();
  /// Never waits: a thread that still runs is abandoned. Call stop() before.
  ~DetachableThread();
  DetachableThread(const DetachableThread&) = delete;
  DetachableThread& operator=(const DetachableThread&) = delete;

  /// Runs `body` in a thread of that name (15 bytes are shown). Throws std::system_error.
  void start(const char* name, std::function<void()> body);

  /// Asks the thread to end; returns at once.
  void request_stop() noexcept;

  /// Joins the thread, or abandons it once the deadline is past. True: joined.
  bool stop(Clock::time_point deadline) noexcept;

  // For the thread itself:

  bool stopping() const noexcept;

  /// Sleeps until then, or until wake() or request_stop().
  void sleep_until(Clock::time_point when) noexcept;

  /// Ends the sleep, or the next one if there is none.
  detail::Waker& waker() noexcept;

  /// A descriptor that is readable once a stop is requested.
  int stop_descriptor() const noexcept;

  /// Runs what may block. False: the host has left, and the body must return at
  /// once, touching nothing.
  bool run_abandonable(const std::function<void()>& call);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace heartbeat
