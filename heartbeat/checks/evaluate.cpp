#include "checks/evaluate.hpp"

#include <algorithm>
#include <cmath>

#include "document/duration.hpp"

namespace heartbeat {

using std::chrono::nanoseconds;

namespace {

double seconds(nanoseconds d) { return std::chrono::duration<double>(d).count(); }

// A saturating sum: a window may be longer than the clock is.
Time later(Time from, nanoseconds by) {
  return by > far_future - std::max(from, Time{}) ? far_future : from + by;
}

// Fails, but only after `until`.
CheckResult wait(CheckResult finding, Time until, Time now) {
  const bool over = now >= until;
  finding.state = over ? CheckState::fail : CheckState::waiting;
  finding.changes_at = over ? far_future : until;
  return finding;
}

// A truth or a level that does not hold. After an opening it gets the grace to
// arrive, for what was true overnight says nothing about the day.
CheckResult not_holding(CheckResult finding, bool has_data, const OpenPeriod& frame, Time now) {
  if (!has_data || (frame.reopened && !frame.passed_since_opened))
    return wait(std::move(finding), later(frame.opened, frame.grace), now);
  finding.state = CheckState::fail;
  return finding;
}

}  // namespace

bool holds(double value, Comparison comparison, double limit) noexcept {
  switch (comparison) {
    case Comparison::less:
      return value < limit;
    case Comparison::less_equal:
      return value <= limit;
    case Comparison::greater:
      return value > limit;
    case Comparison::greater_equal:
      return value >= limit;
    case Comparison::equal:
      return value == limit;
    case Comparison::not_equal:
      return value < limit || value > limit;  // and so false for NaN
  }
  return false;
}

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

CheckResult evaluate_flag(std::optional<bool> value, const OpenPeriod& frame, Time now) {
  CheckResult finding;
  if (value) finding.value = *value;
  if (!value || !*value) return not_holding(std::move(finding), value.has_value(), frame, now);
  finding.state = CheckState::pass;
  return finding;
}

CheckResult evaluate_gauge(double value, bool touched, Comparison comparison, double limit,
                           const OpenPeriod& frame, Time now) {
  CheckResult finding;
  finding.value = value;
  if (!holds(value, comparison, limit)) return not_holding(std::move(finding), touched, frame, now);
  finding.state = CheckState::pass;
  return finding;
}

CheckResult evaluate_age(const detail::EventLog& log, nanoseconds limit, const OpenPeriod& frame,
                         Time now) {
  CheckResult finding;
  const bool ever = log.total() > 0;
  const Time last = ever ? log.newest(1) : Time{};
  if (ever) finding.value = std::max(0.0, seconds(now - last));
  if (!ever || last < frame.opened) {
    // Nothing since the opening: an event before it still counts for as long as it is young.
    const Time until = later(ever ? std::max(last, frame.opened) : frame.opened, limit);
    finding = wait(std::move(finding), until, now);
    if (ever && now - last < limit) {
      finding.state = CheckState::pass;
      finding.changes_at = later(last, limit);
    }
  } else {
    const Time until = later(last, limit);
    finding = wait(std::move(finding), until, now);
    if (finding.state == CheckState::waiting) finding.state = CheckState::pass;
  }
  if (finding.state != CheckState::pass) finding.events_to_change = 1;
  return finding;
}

CheckResult evaluate_count(const detail::EventLog& log, const CountRange& range, nanoseconds window,
                           const OpenPeriod& frame, Time now) {
  CheckResult finding;
  const auto count = log.count(window, now);
  finding.value = static_cast<double>(count);
  finding.value_is_minimum = count == log.capacity() && log.total() > count;

  const auto expiry = [&](std::uint64_t k) { return later(log.newest(k), window); };
  if (count < range.from) {
    finding.events_to_change = range.from - count;
  } else if (count > range.to) {
    finding.changes_at = expiry(range.to + 1);  // then only `to` are left
  } else {
    if (range.to != CountRange::unbounded) finding.events_to_change = range.to - count + 1;
    if (range.from > 0) finding.changes_at = expiry(range.from);
  }

  if (range.passes(count)) {
    finding.state = CheckState::pass;
    return finding;
  }
  finding.state = CheckState::fail;
  if (finding.changes_at != far_future) finding.clears_at = finding.changes_at;
  // Too few is no failure before there was time for more. With "!= 0" too few is none at all.
  const bool may_wait = count < range.from || (range.negated && range.to == 0);
  const Time full_at = later(frame.opened, window);
  if (may_wait && now < full_at) {
    finding.state = CheckState::waiting;
    finding.changes_at = std::min(finding.changes_at, full_at);
  }
  return finding;
}

CheckResult evaluate_rate(const detail::EventLog& log, const CountRange& range, nanoseconds window,
                          const OpenPeriod& frame, Time now) {
  CheckResult finding = evaluate_count(log, range, window, frame, now);
  finding.clears_at.reset();
  const double count = std::get<double>(finding.value);
  nanoseconds over = window;
  if (finding.value_is_minimum) {
    // More than are remembered: the rate of those that are.
    over = std::max(now - log.newest(log.capacity()), nanoseconds{std::chrono::milliseconds{1}});
    finding.value_is_minimum = false;
  }
  finding.value = count / seconds(over);
  return finding;
}

CheckResult evaluate_callback(const CallbackState& reading, nanoseconds limit,
                              const OpenPeriod& frame, Time now) {
  CheckResult finding;
  finding.output = reading.output;
  if (reading.answer) finding.value = *reading.answer;

  if (reading.asked && now - *reading.asked >= limit) {
    finding.value = false;
    finding.state = CheckState::fail;
    const auto pending = std::chrono::floor<std::chrono::milliseconds>(now - *reading.asked);
    finding.output = "no answer for " + format_duration(pending);
    return finding;
  }
  if (reading.answer)
    finding.state = *reading.answer ? CheckState::pass : CheckState::fail;
  else
    finding = wait(std::move(finding), later(frame.opened, frame.grace), now);
  if (reading.asked)
    finding.changes_at = std::min(finding.changes_at, later(*reading.asked, limit));
  return finding;
}

}  // namespace heartbeat
