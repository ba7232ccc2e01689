#pragma once

#include <chrono>
#include <string>

#include "process/stdio.hpp"

namespace probe {

/// Ends the process at its deadline, whatever it does then: a name lookup, for example, cannot be
/// interrupted. One for a process; uses SIGALRM, and neither a thread nor a child.
class Watchdog {
 public:
  explicit Watchdog(std::chrono::steady_clock::time_point deadline, Destination destination = {});

  /// Sets what is delivered and returned if the process has to be ended from now on: `grace`
  /// after the deadline, or after now if the deadline has passed. The grace lets calls that
  /// mind the deadline themselves report first.
  void prepare(std::string output, int exit_status, std::chrono::milliseconds grace = {});

  /// Lifts the deadline. The process may then take its time to end: a leak checker that is
  /// interrupted leaves a child.
  void disarm() noexcept;

 private:
  std::chrono::steady_clock::time_point deadline_;
  std::chrono::steady_clock::time_point alarm_at_{};
  Destination destination_;
};

}  // namespace probe
