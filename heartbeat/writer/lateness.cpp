#include "writer/lateness.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "document/duration.hpp"

namespace heartbeat {

using std::chrono::floor;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

// A beat that begins later than this after its time counts as late.
constexpr milliseconds late{100};
// What a busy machine may take without a word, however short the interval.
constexpr milliseconds least_limit{2000};
// Two clocks are read one after the other: less than this apart is no suspension.
constexpr milliseconds noise{10};

nanoseconds read(clockid_t clock) noexcept {
  timespec t{};
  clock_gettime(clock, &t);
  return std::chrono::seconds{t.tv_sec} + nanoseconds{t.tv_nsec};
}

}  // namespace

Lateness::Lateness(milliseconds interval, nanoseconds suspended)
    : limit_{std::max(interval, least_limit)},
      suspended_at_start_{suspended},
      suspended_in_all_{suspended} {}

void Lateness::woke(Clock::time_point now, nanoseconds suspended) noexcept {
  if (now > planned_) late_ = std::max<nanoseconds>(late_, now - planned_);
  planned_ = Clock::time_point::max();
  if (suspended - suspended_in_all_ < noise) return;
  suspended_ += suspended - suspended_in_all_;
  suspended_in_all_ = suspended;
}

void Lateness::tell(Writer& writer) {
  writer.lateness = floor<milliseconds>(late_);
  writer.worst_lateness = std::max(writer.worst_lateness, writer.lateness);
  writer.suspended = floor<milliseconds>(suspended_in_all_ - suspended_at_start_);
  writer.lapse = lapse();
  if (late_ > late && !std::exchange(counted_, true)) ++writer.late_beats;
}

std::string Lateness::lapse() const {
  std::string text;
  if (suspended_ > limit_)
    text = "the machine was suspended for " + format_duration(floor<milliseconds>(suspended_));
  if (late_ > limit_)
    text += fmt::format("{}the beat thread got no processor for {}", text.empty() ? "" : "; ",
                        format_duration(floor<milliseconds>(late_)));
  return text;
}

void Lateness::told() noexcept {
  late_ = nanoseconds{0};
  suspended_ = nanoseconds{0};
  counted_ = false;
}

nanoseconds suspended_since_boot() noexcept {
  // Again, if the thread lost its processor between the two.
  nanoseconds difference{};
  for (int tries = 0; tries < 4; ++tries) {
    const auto before = read(CLOCK_MONOTONIC);
    difference = read(CLOCK_BOOTTIME) - before;
    if (read(CLOCK_MONOTONIC) - before < noise) break;
  }
  return difference;
}

}  // namespace heartbeat
