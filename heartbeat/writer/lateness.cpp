#include "writer/lateness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "document/time.hpp"

namespace heartbeat {

using std::chrono::floor;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

// A beat that begins more than this after its planned time counts as late.
constexpr milliseconds late_beat{100};
// A shorter delay is never a stall, even with a shorter interval: a busy machine may cause it.
constexpr milliseconds min_limit{2000};
// A smaller step is no suspension: suspended_since_boot() reads two clocks one after the other.
constexpr milliseconds min_suspension{10};

}  // namespace

Lateness::Lateness(milliseconds interval, nanoseconds suspended)
    : limit_{std::max(interval, min_limit)},
      suspended_at_start_{suspended},
      total_suspended_{suspended} {}

void Lateness::woke(Time now, nanoseconds suspended) noexcept {
  if (now > planned_) late_ = std::max(late_, now - planned_);
  planned_ = Time::max();
  if (suspended - total_suspended_ < min_suspension) return;
  suspended_ += suspended - total_suspended_;
  total_suspended_ = suspended;
}

void Lateness::describe(Writer& writer) {
  worst_ = std::max(worst_, late_);
  if (late_ > late_beat && !std::exchange(counted_, true)) ++late_beats_;
  writer.late_beats = late_beats_;
  writer.lateness = floor<milliseconds>(late_);
  writer.worst_lateness = floor<milliseconds>(worst_);
  writer.suspended = floor<milliseconds>(total_suspended_ - suspended_at_start_);
  writer.lapse = lapse();
}

std::string Lateness::lapse() const {
  std::string text;
  if (suspended_ > limit_)
    text = "the machine was suspended for " + format_duration(floor<milliseconds>(suspended_));
  if (late_ > limit_)
    text += fmt::format("{}the beat thread was not scheduled for {}", text.empty() ? "" : "; ",
                        format_duration(floor<milliseconds>(late_)));
  return text;
}

void Lateness::beat_accepted() noexcept {
  late_ = nanoseconds{0};
  suspended_ = nanoseconds{0};
  counted_ = false;
}

}  // namespace heartbeat
