#pragma once

#include <algorithm>
#include <chrono>

#include "heartbeat/clock.hpp"

namespace heartbeat {

/// When to write: every interval, soon after a change, with growing pauses after failures. Pure.
class WriteSchedule {
 public:
  /// Between two writes at least: a storm of changes costs at most ten writes a second.
  static constexpr std::chrono::milliseconds coalesce{100};

  explicit WriteSchedule(std::chrono::milliseconds interval) : interval_{interval} {}

  /// When to write; `changed`: the last accepted document is no longer true.
  Time due(bool changed) const {
    if (pause_ != pause_.zero()) return retry_at_;
    if (written_ == Time::min()) return written_;
    return written_ + (changed ? std::min(coalesce, interval_) : interval_);
  }

  void succeeded(Time began) {
    written_ = began;
    pause_ = pause_.zero();
  }

  /// A write failed. The pause doubles, up to one interval; `chance` from 0 to 1 spreads the
  /// pauses, so that a hundred services do not reconnect at once.
  void failed(Time ended, double chance) {
    pause_ = std::min(interval_, std::max(first_pause, 2 * pause_));
    retry_at_ =
        ended + std::chrono::floor<std::chrono::milliseconds>(pause_ * (0.5 + 0.5 * chance));
  }

 private:
  static constexpr std::chrono::milliseconds first_pause{100};

  std::chrono::milliseconds interval_;
  std::chrono::milliseconds pause_{0};  // 0: the last write was accepted, or there was none
  Time written_ = Time::min();
  Time retry_at_ = Time::min();
};

}  // namespace heartbeat
