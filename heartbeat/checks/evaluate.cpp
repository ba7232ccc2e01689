#include "checks/evaluate.hpp"

#include <algorithm>
#include <cmath>

#include "document/time.hpp"

namespace heartbeat {

using std::chrono::nanoseconds;

namespace {

double in_seconds(nanoseconds d) { return std::chrono::duration<double>(d).count(); }

// Saturates at far_future: a window may be longer than the clock can count.
Time later(Time from, nanoseconds by) {
  return by > far_future - std::max(from, Time{}) ? far_future : from + by;
}

// Waits until `until`, then fails.
CheckResult wait(CheckResult result, Time until, Time now) {
  const bool expired = now >= until;
  result.state = expired ? CheckState::fail : CheckState::waiting;
  result.changes_at = expired ? far_future : until;
  return result;
}

// A value that does not hold waits for the grace if there is no data, or if the check has not
// passed since its schedule opened: a value from the night says nothing about the day.
CheckResult evaluate_level(Value value, bool has_data, bool holds, const OpenPeriod& period,
                           Time now) {
  CheckResult result{.state = holds ? CheckState::pass : CheckState::fail, .value = value};
  if (!holds && (!has_data || (period.reopened && !period.passed_since_opened)))
    result = wait(std::move(result), later(period.opened, period.grace), now);
  return result;
}

}  // namespace

std::optional<CountRange> CountRange::of(Comparison comparison, double limit) noexcept {
  constexpr double largest = 1e15;
  if (!(limit >= 0) || limit > largest) return std::nullopt;
  const auto down = static_cast<std::uint64_t>(std::floor(limit));
  const auto up = static_cast<std::uint64_t>(std::ceil(limit));
  switch (comparison) {
    case Comparison::less:
      if (up == 0) return std::nullopt;
      return CountRange{0, up - 1};
    case Comparison::less_equal:
      return CountRange{0, down};
    case Comparison::greater:
      return CountRange{down + 1, unbounded};
    case Comparison::greater_equal:
      if (up == 0) return std::nullopt;
      return CountRange{up, unbounded};
    case Comparison::equal:
    case Comparison::not_equal:
      if (down != up) return std::nullopt;
      return CountRange{down, down, comparison == Comparison::not_equal};
  }
  return std::nullopt;
}

CheckResult evaluate_flag(std::optional<bool> value, const OpenPeriod& period, Time now) {
  return evaluate_level(value ? Value{*value} : Value{}, value.has_value(), value == true, period,
                        now);
}

CheckResult evaluate_gauge(double value, bool touched, Comparison comparison, double limit,
                           const OpenPeriod& period, Time now) {
  return evaluate_level(value, touched, compare(value, comparison, limit), period, now);
}

CheckResult evaluate_age(const detail::EventLog& log, nanoseconds limit, const OpenPeriod& period,
                         Time now) {
  CheckResult result;
  const bool ever = log.has_newest();
  const Time last = ever ? log.newest(1) : Time{};
  if (ever) result.value = std::max(0.0, in_seconds(now - last));
  const Time waits_from = ever ? std::max(last, period.opened) : period.opened;
  result = wait(std::move(result), later(waits_from, limit), now);
  // An event before the opening also counts while it is young enough.
  if (ever && now - last < limit) {
    result.state = CheckState::pass;
    result.changes_at = later(last, limit);
  }
  if (result.state != CheckState::pass) result.events_to_change = 1;
  return result;
}

CheckResult evaluate_count(const detail::EventLog& log, const CountRange& range, nanoseconds window,
                           const OpenPeriod& period, Time now) {
  CheckResult result;
  const auto count = log.count(window, now);
  result.value = static_cast<double>(count);
  result.value_is_minimum = count == log.capacity() && log.total() > count;

  const auto expiry = [&](std::uint64_t k) { return later(log.newest(k), window); };
  if (count < range.from) {
    result.events_to_change = range.from - count;
  } else if (count > range.to) {
    result.changes_at = expiry(range.to + 1);  // then `to` are left
  } else {
    if (range.to != CountRange::unbounded) result.events_to_change = range.to - count + 1;
    if (range.from > 0) result.changes_at = expiry(range.from);
  }

  if (range.passes(count)) {
    result.state = CheckState::pass;
    return result;
  }
  result.state = CheckState::fail;
  if (result.changes_at != far_future) result.clears_at = result.changes_at;
  // Too few events are a failure only once the window is full. For "!= 0" too few means no event.
  const bool may_wait = count < range.from || (range.negated && range.to == 0);
  const Time full_at = later(period.opened, window);
  if (may_wait && now < full_at) {
    result.state = CheckState::waiting;
    result.changes_at = std::min(result.changes_at, full_at);
  }
  return result;
}

CheckResult evaluate_rate(const detail::EventLog& log, const CountRange& range, nanoseconds window,
                          const OpenPeriod& period, Time now) {
  CheckResult result = evaluate_count(log, range, window, period, now);
  result.clears_at.reset();
  const double count = std::get<double>(result.value);
  nanoseconds span = window;
  if (result.value_is_minimum) {
    // The log keeps fewer stamps than events in the window: takes the rate of the kept stamps.
    span = std::max(now - log.newest(log.capacity()), nanoseconds{std::chrono::milliseconds{1}});
    result.value_is_minimum = false;
  }
  result.value = count / in_seconds(span);
  return result;
}

CheckResult evaluate_callback(const CallbackState& callback, nanoseconds limit,
                              const OpenPeriod& period, Time now) {
  CheckResult result;
  result.output = callback.output;
  if (callback.success) result.value = *callback.success;

  if (callback.called_at && now - *callback.called_at >= limit) {
    result.value = false;
    result.state = CheckState::fail;
    const auto pending = std::chrono::floor<std::chrono::milliseconds>(now - *callback.called_at);
    result.output = (callback.begun ? "no answer for " : "not begun for ") +
                    format_duration(pending) + (callback.begun ? "" : ": the interpreter is busy");
    return result;
  }
  if (callback.success)
    result.state = *callback.success ? CheckState::pass : CheckState::fail;
  else
    result = wait(std::move(result), later(period.opened, period.grace), now);
  if (callback.called_at)
    result.changes_at = std::min(result.changes_at, later(*callback.called_at, limit));
  return result;
}

}  // namespace heartbeat
