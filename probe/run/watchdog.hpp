#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "process/stdio.hpp"

namespace probe {

/// Ends the process at its deadline, even if a call hangs that cannot be interrupted, such as a
/// name lookup. One for a process. It uses SIGALRM, and neither a thread nor a child.
class Watchdog {
 public:
  explicit Watchdog(std::chrono::steady_clock::time_point deadline, Destination destination = {});

  /// Sets the output and the exit status for the case that the process has to be ended from now
  /// on: `grace` after the deadline, or after now if the deadline has passed. The grace lets a
  /// call that has the same deadline report first.
  void prepare(std::string output, int exit_status, std::chrono::milliseconds grace = {});

  /// Lifts the deadline. The process may then end slowly: a leak checker that is interrupted
  /// leaves a child.
  void disarm() noexcept;

 private:
  std::chrono::steady_clock::time_point deadline_;
  std::chrono::steady_clock::time_point alarm_at_{};
  Destination destination_;
};

/// Runs the call in a thread of its own and waits for it. A thread that hangs in a mount runs no
/// signal handler; the waiting thread still runs the watchdog's.
void run_in_thread(const std::function<void()>& call);

}  // namespace probe
