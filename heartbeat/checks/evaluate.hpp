#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "document/document.hpp"
#include "heartbeat/clock.hpp"
#include "heartbeat/condition.hpp"
#include "heartbeat/detail/event_log.hpp"

/// Turns the data of a source at one moment, an argument, into a check's state. Pure.
namespace heartbeat {

inline constexpr Time far_future = Time::max();

/// The time since when a check counts, and how long it may be without data.
struct OpenPeriod {
  Time opened;                       ///< the later of start() and its schedule's opening
  std::chrono::nanoseconds grace;    ///< for sources without a limit of their own
  bool reopened = false;             ///< the schedule opened after start()
  bool passed_since_opened = false;  ///< the check has passed at least once since `opened`
};

/// A check at one moment, without its schedule.
struct CheckResult {
  CheckState state = CheckState::waiting;  ///< pass, waiting or fail
  Value value{};
  bool value_is_minimum = false;
  /// The earliest moment at which the mere passing of time can change the state.
  Time changes_at = far_future;
  /// Of a failed count: when it passes if no more events happen.
  std::optional<Time> clears_at{};
  /// The smallest number of further events that can change the state.
  std::uint64_t events_to_change = std::numeric_limits<std::uint64_t>::max();
  std::string output{};
};

/// The counts that pass, both ends included; with `negated` the counts that fail.
struct CountRange {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  bool negated = false;

  /// All counts c with `c comparison limit`; nothing if no count or every count passes.
  static std::optional<CountRange> of(Comparison comparison, double limit) noexcept;

  static constexpr std::uint64_t unbounded = std::numeric_limits<std::uint64_t>::max();
  bool passes(std::uint64_t count) const noexcept {
    return (count >= from && count <= to) != negated;
  }
  /// How many time stamps decide whether a count passes.
  std::uint64_t stamps_needed() const noexcept { return to == unbounded ? from : to + 1; }
};

CheckResult evaluate_flag(std::optional<bool> value, const OpenPeriod& period, Time now);

CheckResult evaluate_gauge(double value, bool touched, Comparison comparison, double limit,
                           const OpenPeriod& period, Time now);

CheckResult evaluate_age(const detail::EventLog& log, std::chrono::nanoseconds limit,
                         const OpenPeriod& period, Time now);

CheckResult evaluate_count(const detail::EventLog& log, const CountRange& range,
                           std::chrono::nanoseconds window, const OpenPeriod& period, Time now);

/// `range` is in events over the whole window, the result's value in events a second.
CheckResult evaluate_rate(const detail::EventLog& log, const CountRange& range,
                          std::chrono::nanoseconds window, const OpenPeriod& period, Time now);

/// The last result of a callback, and whether a call is running.
struct CallbackState {
  std::optional<bool> success{};    ///< of the last call that returned
  std::optional<Time> called_at{};  ///< when the running call began
  std::string output{};             ///< the exception of the last call
  bool begun = true;                ///< the running call is not waiting for a thread to run it
};

CheckResult evaluate_callback(const CallbackState& callback, std::chrono::nanoseconds limit,
                              const OpenPeriod& period, Time now);

}  // namespace heartbeat
