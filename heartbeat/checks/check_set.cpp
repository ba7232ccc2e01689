#include "checks/check_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/callback.hpp"
#include "document/names.hpp"
#include "document/secrets.hpp"
#include "document/text.hpp"
#include "heartbeat/error.hpp"
#include "heartbeat/source.hpp"

namespace heartbeat {

using std::chrono::floor;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t max_shown_reason = 120;  // of a flag
constexpr double infinity = std::numeric_limits<double>::infinity();

// On the monotonic clock. At most a year back: nanoseconds cannot count a schedule's far past.
Time on_monotonic(Schedule::Seconds then, const ClockReading& at) {
  constexpr std::chrono::seconds farthest = std::chrono::days{365};
  const auto away = then - floor<std::chrono::seconds>(at.wall);
  if (away > farthest) return far_future;
  const auto within_second = at.wall - floor<std::chrono::seconds>(at.wall);
  return at.now + std::max(away, -farthest) - within_second;
}

CheckResult evaluate_condition(const Condition& condition, const CountRange& range,
                               const OpenPeriod& period, Time now) {
  const auto log = [&]() -> const auto& { return std::get<Events*>(condition.source)->log(); };
  switch (condition.kind) {
    case Kind::flag: {
      const Flag& flag = *std::get<Flag*>(condition.source);
      auto result = evaluate_flag(flag.value(), period, now);
      if (result.value == Value{false})
        result.output = printable(mask_secrets(flag.reason()), max_shown_reason);
      return result;
    }
    case Kind::gauge: {
      const Gauge& gauge = *std::get<Gauge*>(condition.source);
      return evaluate_gauge(gauge.value(), gauge.touched(), condition.comparison, condition.limit,
                            period, now);
    }
    case Kind::age:
      return evaluate_age(log(), condition.window, period, now);
    case Kind::count:
      return evaluate_count(log(), range, condition.window, period, now);
    case Kind::rate:
      return evaluate_rate(log(), range, condition.window, period, now);
    case Kind::callback: {
      const Callback& callback = *std::get<Callback*>(condition.source);
      return evaluate_callback(callback.state(), callback.polling().limit, period, now);
    }
  }
  return {};
}

CountRange range_of(const Condition& condition) {
  double events = condition.limit;
  if (condition.kind == Kind::rate)
    events *= std::chrono::duration<double>(condition.window).count();
  return CountRange::of(condition.comparison, events).value_or(CountRange{});
}

// By one check alone. A check that waits after an opening does not make the service `starting`.
Status status_of(Severity severity, CheckState state, const OpenPeriod& period) {
  const bool critical = severity == Severity::critical;
  if (state == CheckState::fail) return critical ? Status::unhealthy : Status::degraded;
  const bool starting = state == CheckState::waiting && critical && !period.reopened;
  return starting ? Status::starting : Status::healthy;
}

// The entry of `source` in `entries`; appends `fresh` if there is none.
template <typename Entry, typename Source>
Entry& entry_of(std::vector<Entry>& entries, Source* Entry::* source, const Entry& fresh) {
  const auto found = std::ranges::find(entries, fresh.*source, source);
  return found != entries.end() ? *found : entries.emplace_back(fresh);
}

}  // namespace

std::size_t CheckSet::add(std::string name, Severity severity, const Condition& condition) {
  if (!is_check_name(name))
    throw ConfigError(fmt::format("check name '{}' is not 1 to 64 letters, digits, '.', '_' or '-'",
                                  printable(name, max_shown_bytes)));
  const auto reject = [&](const std::string& why) {
    throw ConfigError("check '" + name + "' " + why);
  };
  if (std::ranges::find(checks_, name, &DeclaredCheck::name) != checks_.end())
    reject("is declared twice");
  if (checks_.size() == max_checks)
    reject(fmt::format("exceeds the limit of {} checks for a service", max_checks));
  if (std::visit([](const auto* source) { return source == nullptr; }, condition.source))
    reject("has no source");
  if (std::isnan(condition.limit)) reject("compares with a value that is not a number");
  checks_.push_back({.name = std::move(name),
                     .severity = severity,
                     .condition = condition,
                     .range = range_of(condition)});
  return checks_.size() - 1;
}

void CheckSet::set_schedule(std::size_t check, Schedule schedule) {
  checks_.at(check).schedule = std::move(schedule);
  checks_.at(check).view = {};
}

void CheckSet::set_age_limit(std::size_t check, std::chrono::nanoseconds limit) {
  auto& condition = checks_.at(check).condition;
  condition = std::get<Events*>(condition.source)->within(limit);
}

std::map<std::size_t, Schedule> CheckSet::schedules_with_files() const {
  std::map<std::size_t, Schedule> found;
  for (std::size_t i = 0; i < checks_.size(); ++i)
    if (const auto& schedule = checks_[i].schedule; schedule && !schedule->files().empty())
      found.emplace(i, *schedule);
  return found;
}

CheckSet::ScheduleState CheckSet::schedule_state_of(DeclaredCheck& check,
                                                    const ClockReading& at) const {
  const Time started = started_.value_or(at.now);
  ScheduleState state{.period = {.opened = started, .grace = grace_}};
  if (!check.schedule) return state;
  // Computing a view takes long: the last view is reused while it holds.
  if (at.wall < check.view_from || at.wall >= check.view.holds_until) {
    check.view = check.schedule->at(at.wall);
    check.view_from = floor<std::chrono::seconds>(at.wall);
  }
  const auto& view = check.view;
  state.open = view.open;
  state.changes_at = on_monotonic(view.changes, at);
  if (!view.open) check.last_closed = at.now;
  // If the wall clock jumped into a session, or the machine was suspended until one, the service
  // could not work since the opening: waiting times count from when the schedule was last closed.
  const Time opened = std::max(on_monotonic(view.changed, at), check.last_closed);
  if (view.open && opened > started) {
    state.period.opened = opened;
    state.period.reopened = true;
    state.period.passed_since_opened = check.last_passed >= opened;
  }
  return state;
}

CheckReport CheckSet::report_of(const DeclaredCheck& check, const CheckResult& result,
                                const ClockReading& at, CheckReport reused) {
  const auto& condition = check.condition;
  const bool is_boolean = condition.kind == Kind::flag || condition.kind == Kind::callback;
  // Texts that are assigned use the memory that they have.
  CheckReport report{.name = std::move(reused.name),
                     .severity = check.severity,
                     .state = check.state.value_or(result.state),
                     .kind = condition.kind,
                     .value = result.value,
                     .comparison = condition.comparison,
                     .limit = is_boolean ? Value{true} : Value{condition.limit},
                     .value_is_minimum = result.value_is_minimum,
                     .since = floor<milliseconds>(at.wall - (at.now - check.since)),
                     .output = std::move(reused.output)};
  report.name = check.name;
  report.output = result.output;
  if (report.kind == Kind::count || report.kind == Kind::rate)
    report.window = floor<milliseconds>(condition.window);
  if (result.clears_at && report.state == CheckState::fail && *result.clears_at != far_future)
    report.clears_in = ceil<milliseconds>(*result.clears_at - at.now);
  if (report.state == CheckState::suppressed) report.would_be = result.state;
  return report;
}

Evaluation CheckSet::evaluate(const ClockReading& at, std::vector<CheckReport> reused) {
  if (!started_) started_ = at.now;
  thresholds_.clear();
  quiet_ranges_.clear();
  Evaluation evaluation{.at = at, .checks = std::move(reused)};
  evaluation.checks.resize(checks_.size());
  auto report = evaluation.checks.begin();
  if (checks_.empty()) evaluation.status = Status::starting;

  for (DeclaredCheck& check : checks_) {
    const auto* source = std::get_if<Events*>(&check.condition.source);
    const std::uint64_t total = source != nullptr ? (*source)->total() : 0;
    narrow_quiet_range(check);

    const auto schedule = schedule_state_of(check, at);
    const auto result = evaluate_condition(check.condition, check.range, schedule.period, at.now);
    set_threshold(check, result, total);
    if (result.state == CheckState::pass) check.last_passed = at.now;
    const auto state = schedule.open ? result.state : CheckState::suppressed;
    if (check.state != state) {
      check.state = state;
      check.since = at.now;
    }

    evaluation.status =
        std::max(evaluation.status, status_of(check.severity, state, schedule.period));
    evaluation.changes_at = std::min(evaluation.changes_at, schedule.changes_at);
    if (schedule.open) evaluation.changes_at = std::min(evaluation.changes_at, result.changes_at);
    *report = report_of(check, result, at, std::move(*report));
    ++report;
  }

  for (const auto& threshold : thresholds_) threshold.events->log().announce_at(threshold.total);
  for (const auto& quiet : quiet_ranges_) quiet.gauge->quiet_between(quiet.from, quiet.to);
  return evaluation;
}

void CheckSet::set_threshold(const DeclaredCheck& check, const CheckResult& result,
                             std::uint64_t total) {
  const auto* events = std::get_if<Events*>(&check.condition.source);
  if (events == nullptr) return;
  auto& threshold =
      entry_of(thresholds_, &EventThreshold::events, {*events, detail::EventLog::never});
  if (result.events_to_change < detail::EventLog::never - total)
    threshold.total = std::min(threshold.total, total + result.events_to_change);
}

// Narrows the gauge's quiet range to the values on the same side of the limit as its value.
void CheckSet::narrow_quiet_range(const DeclaredCheck& check) {
  const auto* gauge = std::get_if<Gauge*>(&check.condition.source);
  if (gauge == nullptr) return;
  auto& quiet = entry_of(quiet_ranges_, &QuietRange::gauge, {*gauge, -infinity, infinity});
  const double value = (*gauge)->value();
  const double limit = check.condition.limit;
  if (!(*gauge)->touched() || std::isnan(value)) {
    quiet.from = infinity;
    quiet.to = -infinity;
    return;
  }
  if (value <= limit)
    quiet.to = std::min(quiet.to, value == limit ? limit : std::nextafter(limit, -infinity));
  if (value >= limit)
    quiet.from = std::max(quiet.from, value == limit ? limit : std::nextafter(limit, infinity));
}

bool CheckSet::outdated() const noexcept {
  const auto reached = [](const EventThreshold& threshold) {
    return threshold.total != detail::EventLog::never &&
           threshold.events->total() >= threshold.total;
  };
  const auto left = [](const QuietRange& quiet) {
    const double value = quiet.gauge->value();
    return quiet.gauge->touched() && !std::isnan(value) && (value < quiet.from || value > quiet.to);
  };
  return std::ranges::any_of(thresholds_, reached) || std::ranges::any_of(quiet_ranges_, left);
}

}  // namespace heartbeat
