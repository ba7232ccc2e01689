#pragma once

#include <chrono>
#include <string>

#include "heartbeat/writer.hpp"

namespace heartbeat {

/// Whether the beat thread runs when it means to. A thread that gets no
/// processor, or a machine that was suspended, must not look as if all was well
/// meanwhile. Pure: times are arguments.
class Lateness {
 public:
  using Clock = std::chrono::steady_clock;

  /// `suspended`: how long the machine has been suspended since it was booted,
  /// as for all below.
  Lateness(std::chrono::milliseconds interval, std::chrono::nanoseconds suspended);

  /// The thread goes to sleep, and means to be back by then.
  void sleeps_until(Clock::time_point when) noexcept { planned_ = when; }

  /// It is back.
  void woke(Clock::time_point now, std::chrono::nanoseconds suspended) noexcept;

  /// Puts what happened since the last beat into the writer's condition.
  void tell(Writer& writer);

  /// A beat that told it was accepted.
  void told() noexcept;

 private:
  std::string lapse() const;

  const std::chrono::nanoseconds limit_;
  const std::chrono::nanoseconds suspended_at_start_;
  Clock::time_point planned_ = Clock::time_point::max();
  std::chrono::nanoseconds suspended_in_all_;
  std::chrono::nanoseconds late_{0};       // the most since the last beat accepted
  std::chrono::nanoseconds suspended_{0};  // since then, too
  bool counted_ = false;                   // late_ is among the late beats
};

/// By how much CLOCK_BOOTTIME, which goes on while the machine is suspended, is
/// ahead of CLOCK_MONOTONIC, which does not.
std::chrono::nanoseconds suspended_since_boot() noexcept;

}  // namespace heartbeat
