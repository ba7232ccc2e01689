#include "writer/write_schedule.hpp"

#include <algorithm>

namespace heartbeat {

Time WriteSchedule::due(bool changed) const {
  if (pause_ != pause_.zero()) return retry_at_;
  if (written_ == Time::min()) return written_;
  return written_ + (changed ? std::min(coalesce, interval_) : interval_);
}

void WriteSchedule::succeeded(Time began) {
  written_ = began;
  pause_ = pause_.zero();
}

void WriteSchedule::failed(Time ended, double chance) {
  pause_ = std::min(interval_, std::max(first_pause, 2 * pause_));
  retry_at_ = ended + std::chrono::floor<std::chrono::milliseconds>(pause_ * (0.5 + 0.5 * chance));
}

}  // namespace heartbeat
