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

/// The rules: what a source says, and a moment, become a check's state. Pure
/// functions; the moment is always an argument.
namespace heartbeat {

inline constexpr Time far_future = Time::max();

/// Since when a check is looked at, and how long it may go without data.
struct OpenPeriod {
  Time opened;                       ///< the later of the start and of its schedule's opening
  std::chrono::nanoseconds grace;    ///< for sources without a limit of their own
  bool reopened = false;             ///< opened is an opening, and the start lies before it
  bool passed_since_opened = false;  ///< the check has passed at least once since then
};

/// A check at one moment, its schedule aside.
struct CheckResult {
  CheckState state = CheckState::waiting;  ///< pass, waiting or fail
  Value value{};
  bool value_is_minimum = false;
  /// The earliest moment at which the mere passing of time can change the state.
  Time changes_at = far_future;
  /// A failed count: when it passes if nothing more happens.
  std::optional<Time> clears_at{};
  /// How many more events can change the state, at the least.
  std::uint64_t events_to_change = std::numeric_limits<std::uint64_t>::max();
  std::string output{};
};

bool holds(double value, Comparison comparison, double limit) noexcept;

/// The counts that pass, both ends included; for `!=` the counts that do not.
struct CountRange {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
  bool negated = false;

  /// All counts c with `c comparison limit`; nothing where none or every one passes.
  static std::optional<CountRange> of(Comparison comparison, double limit) noexcept;

  static constexpr std::uint64_t unbounded = std::numeric_limits<std::uint64_t>::max();
  bool contains(std::uint64_t count) const noexcept { return count >= from && count <= to; }
  bool passes(std::uint64_t count) const noexcept { return contains(count) != negated; }
  /// How many stamps decide whether a count passes.
  std::uint64_t stamps_needed() const noexcept { return to == unbounded ? from : to + 1; }
};

CheckResult evaluate_flag(std::optional<bool> value, const OpenPeriod& frame, Time now);

CheckResult evaluate_gauge(double value, bool touched, Comparison comparison, double limit,
                           const OpenPeriod& frame, Time now);

CheckResult evaluate_age(const detail::EventLog& log, std::chrono::nanoseconds limit,
                         const OpenPeriod& frame, Time now);

/// For a count. `range` in events.
CheckResult evaluate_count(const detail::EventLog& log, const CountRange& range,
                           std::chrono::nanoseconds window, const OpenPeriod& frame, Time now);

/// For a rate: the same rule, the value in events a second.
CheckResult evaluate_rate(const detail::EventLog& log, const CountRange& range,
                          std::chrono::nanoseconds window, const OpenPeriod& frame, Time now);

/// What is known of a callback.
struct CallbackState {
  std::optional<bool> answer{};  ///< the last one
  std::optional<Time> asked{};   ///< a call is under way since then
  std::string output{};          ///< the exception of the last one
};

CheckResult evaluate_callback(const CallbackState& reading, std::chrono::nanoseconds limit,
                              const OpenPeriod& frame, Time now);

}  // namespace heartbeat
