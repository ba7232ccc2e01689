#include "writer/write_schedule.hpp"

#include <algorithm>

namespace heartbeat {

WriteSchedule::Clock::time_point WriteSchedule::due(bool changed) const {
  if (pause_ != pause_.zero()) return retry_at_;
  if (written_ == Clock::time_point::min()) return written_;
  return written_ + (changed ? std::min(coalesce, interval_) : interval_);
}

void WriteSchedule::succeeded(Clock::time_point began) {
  written_ = began;
  pause_ = pause_.zero();
}

void WriteSchedule::failed(Clock::time_point ended, double chance) {
  pause_ = std::min(interval_, std::max(first_pause, 2 * pause_));
  retry_at_ = ended + std::chrono::floor<std::chrono::milliseconds>(pause_ * (0.5 + 0.5 * chance));
}

}  // namespace heartbeat
