#pragma once

#include <algorithm>
#include <chrono>
#include <string>

namespace heartbeat::redis {

/// When a call must end, and what may end it early.
struct Deadline {
  using Clock = std::chrono::steady_clock;

  Clock::time_point at;
  /// A descriptor that becomes readable when the call is cancelled; -1: none.
  int cancel = -1;
  /// How much time there was at the beginning: for messages.
  std::chrono::milliseconds limit{0};

  static Deadline after(Clock::duration d, int cancel = -1) {
    return {Clock::now() + d, cancel, std::chrono::ceil<std::chrono::milliseconds>(d)};
  }

  /// One of `n` equal parts of the time that is left. With `n` 1, the same deadline.
  Deadline share(std::size_t n) const {
    if (n <= 1) return *this;
    const auto left = std::max(at - Clock::now(), Clock::duration{0});
    return after(left / static_cast<Clock::rep>(n), cancel);
  }
};

}  // namespace heartbeat::redis
