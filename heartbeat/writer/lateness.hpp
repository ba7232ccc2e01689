#pragma once

#include <chrono>
#include <string>

#include "heartbeat/clock.hpp"
#include "heartbeat/writer.hpp"

namespace heartbeat {

/// How late a beat thread runs, and whether it stalled, or the machine was suspended. Pure.
class Lateness {
 public:
  /// `suspended`, here and in woke(): how long the machine has been suspended since its boot.
  Lateness(std::chrono::milliseconds interval, std::chrono::nanoseconds suspended);

  /// The thread goes to sleep and plans to wake at `when`.
  void sleeps_until(Time when) noexcept { planned_ = when; }

  void woke(Time now, std::chrono::nanoseconds suspended) noexcept;

  /// Sets the fields of `writer` that describe the lateness since the last accepted beat.
  void describe(Writer& writer);

  /// A beat with this description was accepted: starts a new measurement.
  void beat_accepted() noexcept;

 private:
  std::string lapse() const;

  const std::chrono::nanoseconds limit_;
  const std::chrono::nanoseconds suspended_at_start_;
  Time planned_ = Time::max();
  std::chrono::nanoseconds total_suspended_;
  std::chrono::nanoseconds late_{0};       // the most since the last accepted beat
  std::chrono::nanoseconds suspended_{0};  // since the last accepted beat
  std::chrono::nanoseconds worst_{0};
  std::uint64_t late_beats_ = 0;
  bool counted_ = false;  // late_beats_ includes late_
};

}  // namespace heartbeat
