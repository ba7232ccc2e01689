#pragma once

#include <chrono>

namespace heartbeat {

/// When the next document is to be written. Pure: times are arguments, and so
/// is chance.
class WriteSchedule {
 public:
  using Clock = std::chrono::steady_clock;

  /// A change waits at most this long after the write before it, so that a storm
  /// of changes costs at most ten writes a second.
  static constexpr std::chrono::milliseconds coalesce{100};

  explicit WriteSchedule(std::chrono::milliseconds interval) : interval_{interval} {}

  /// When to write; `changed`: what was last written is no longer true.
  Clock::time_point due(bool changed) const;

  /// A write that began then was accepted.
  void succeeded(Clock::time_point began);

  /// A try ended then without success. The pause before the next doubles up to
  /// one interval; `chance` from 0 to 1 spreads it, so that a hundred services do
  /// not come back at once.
  void failed(Clock::time_point ended, double chance);

 private:
  static constexpr std::chrono::milliseconds first_pause{100};

  std::chrono::milliseconds interval_;
  std::chrono::milliseconds pause_{0};  // 0: the last try went well, or there was none
  Clock::time_point written_ = Clock::time_point::min();
  Clock::time_point retry_at_ = Clock::time_point::min();
};

}  // namespace heartbeat
