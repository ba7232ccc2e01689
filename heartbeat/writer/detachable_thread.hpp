#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "heartbeat/clock.hpp"
#include "heartbeat/detail/waker.hpp"

namespace heartbeat {

/// A thread that stop() can abandon. Calls that may hang for ever, in a resolver or in a user's
/// callback, run inside run_abandonable() and touch nothing of the host. If stop() runs out of time
/// meanwhile, the thread ends when the call returns, and never touches the host again.
///
/// The thread blocks every signal: it takes no signal from the host and gets no SIGPIPE.
class DetachableThread {
 public:
  DetachableThread();
  /// Never waits: abandons a thread that still runs. Call stop() first.
  ~DetachableThread();

  /// Runs `body` in a thread of that name (the kernel keeps 15 bytes). Does nothing if it runs.
  /// Throws std::system_error, which says what was refused.
  void start(const char* name, std::function<void()> body);

  /// Asks the thread to end; returns at once. Does nothing before start().
  void request_stop() noexcept;

  /// Joins the thread, or abandons it after the deadline. Does nothing before start(). In the
  /// thread itself it only asks.
  void stop(Time deadline) noexcept;

  /// Before start(), for a forked child: shares nothing with its parent any more.
  void leave_parent();

  // Only for the thread itself:

  bool stopping() const noexcept;

  /// Sleeps until `when`, wake() or request_stop().
  void sleep_until(Time when) noexcept;

  /// Its wake() ends the current sleep, or the next sleep if the thread is awake.
  detail::Waker& waker() noexcept;

  /// A descriptor that becomes readable when a stop is requested.
  int stop_descriptor() const noexcept;

  /// Runs a call that may block for ever; rethrows what it throws. Returns false if stop() has
  /// abandoned the thread: the body must then return at once and touch nothing of the host.
  bool run_abandonable(const std::function<void()>& call);

 private:
  struct SharedState;
  std::shared_ptr<SharedState> shared_;
  std::thread thread_;
};

}  // namespace heartbeat
