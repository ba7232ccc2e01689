#pragma once

#include <chrono>
#include <string>

#include "edge/destination.hpp"

namespace probe {

/// Ends the process at its deadline, whatever it is doing then: some calls, a
/// name lookup for one, cannot be told to give up. One for a process; uses
/// SIGALRM, and neither a thread nor a child.
class Watchdog {
 public:
  explicit Watchdog(std::chrono::steady_clock::time_point deadline, Destination destination = {});

  /// What is to be delivered and returned if the process has to be ended from now
  /// on, `grace` after the deadline, or after now if that has passed. The grace
  /// leaves the first word to calls that mind the deadline themselves.
  void prepare(std::string output, int exit_status, std::chrono::milliseconds grace = {});

  /// The deadline is of no concern any more. Behind it the process may take its
  /// time to end: a leak checker that is interrupted half-way leaves a child.
  void disarm() noexcept;

 private:
  std::chrono::steady_clock::time_point deadline_;
  Destination destination_;
};

}  // namespace probe
