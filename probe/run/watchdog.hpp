#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "process/process.hpp"

namespace probe {

/// Ends the process at its deadline, by SIGALRM, even in a call that nothing interrupts. Only one.
class Watchdog {
 public:
  explicit Watchdog(std::chrono::steady_clock::time_point deadline, Destination destination = {});

  /// What to print and return if the process has to be ended from now on: `grace` after the
  /// deadline, or after now if it has passed. A call with the same deadline reports first.
  void prepare(std::string output, int exit_status, std::chrono::milliseconds grace = {});

  /// Lifts the deadline: a leak checker that is interrupted leaves a child.
  void disarm() noexcept;

 private:
  std::chrono::steady_clock::time_point deadline_;
  std::chrono::steady_clock::time_point alarm_at_{};
  Destination destination_;
};

/// Waits for the call in a thread: one that hangs in a mount runs no signal handler.
void run_in_thread(const std::function<void()>& call);

}  // namespace probe
