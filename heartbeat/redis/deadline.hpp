#pragma once

#include <algorithm>
#include <chrono>

namespace heartbeat::redis {

/// When a call must end, and what may end it early.
struct Deadline {
  using Steady = std::chrono::steady_clock;

  Steady::time_point at;
  /// A descriptor that becomes readable when the call is cancelled; -1: none.
  int cancel = -1;
  /// The time that the call had at its beginning; for messages.
  std::chrono::milliseconds limit{0};

  static Deadline after(Steady::duration d, int cancel = -1) {
    return {Steady::now() + d, cancel, std::chrono::ceil<std::chrono::milliseconds>(d)};
  }

  /// A deadline after one of `n` equal parts of the time that is left; for `n` = 1, this deadline.
  Deadline share(std::size_t n) const {
    if (n <= 1) return *this;
    const auto left = std::max(at - Steady::now(), Steady::duration{0});
    return after(left / static_cast<Steady::rep>(n), cancel);
  }
};

}  // namespace heartbeat::redis
