#pragma once

#include <chrono>

namespace stand_in {

/// Tells a loop when periodic work is due: at the first call, then once a period.
class Every {
 public:
  explicit Every(std::chrono::milliseconds period) : period_{period} {}

  bool due() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return false;
    next_ = now + period_;
    return true;
  }

 private:
  std::chrono::milliseconds period_;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace stand_in
