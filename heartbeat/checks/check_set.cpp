#include "checks/check_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/callback.hpp"
#include "document/names.hpp"
#include "document/text.hpp"
#include "heartbeat/error.hpp"
#include "heartbeat/source.hpp"

namespace heartbeat {

using std::chrono::floor;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::system_clock;

namespace {

constexpr std::size_t most_checks = 100;
constexpr double infinity = std::numeric_limits<double>::infinity();

// Where a moment of the wall clock lies on the monotonic one. Schedules speak of
// the far past and future; those stay within what nanoseconds can hold.
Time on_monotonic(Schedule::Seconds then, const ClockReading& moment) {
  constexpr std::chrono::seconds farthest = std::chrono::days{365};
  const auto away = then - floor<std::chrono::seconds>(moment.wall);
  if (away > farthest) return far_future;
  const auto within_second = moment.wall - floor<std::chrono::seconds>(moment.wall);
  return moment.now + std::max(away, -farthest) - within_second;
}

CheckResult judge(const Condition& condition, const CountRange& range, const OpenPeriod& frame,
                  Time now) {
  switch (condition.kind) {
    case Kind::flag:
      return evaluate_flag(std::get<Flag*>(condition.source)->value(), frame, now);
    case Kind::gauge: {
      const Gauge& gauge = *std::get<Gauge*>(condition.source);
      return evaluate_gauge(gauge.value(), gauge.touched(), condition.comparison, condition.limit,
                            frame, now);
    }
    case Kind::age:
      return evaluate_age(std::get<Events*>(condition.source)->log(), condition.window, frame, now);
    case Kind::count:
      return evaluate_count(std::get<Events*>(condition.source)->log(), range, condition.window,
                            frame, now);
    case Kind::rate:
      return evaluate_rate(std::get<Events*>(condition.source)->log(), range, condition.window,
                           frame, now);
    case Kind::callback: {
      const Callback& callback = *std::get<Callback*>(condition.source);
      return evaluate_callback(callback.reading(), callback.polling().limit, frame, now);
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

Value limit_of(const Condition& condition) {
  if (condition.kind == Kind::flag || condition.kind == Kind::callback) return true;
  return condition.limit;
}

}  // namespace

std::size_t CheckSet::add(std::string name, Severity severity, const Condition& condition) {
  if (!is_check_name(name))
    throw ConfigError(fmt::format("check name '{}' is not 1 to 64 letters, digits, '.', '_' or '-'",
                                  truncate(printable(name), 80)));
  if (std::ranges::find(checks_, name, &DeclaredCheck::name) != checks_.end())
    throw ConfigError(fmt::format("check '{}' is declared twice", name));
  if (checks_.size() == most_checks)
    throw ConfigError(
        fmt::format("check '{}' is one too many: {} are the most", name, most_checks));
  if (std::visit([](const auto* source) { return source == nullptr; }, condition.source))
    throw ConfigError(fmt::format("check '{}' has no source", name));
  if (std::isnan(condition.limit))
    throw ConfigError(fmt::format("check '{}' compares with a value that is not a number", name));
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

// Worked out anew only when it may have changed, for that takes long.
const Schedule::View& CheckSet::view_of(DeclaredCheck& check, const ClockReading& moment) {
  const bool known = moment.wall >= check.view_from && moment.wall < check.view.holds_until;
  if (!known && check.schedule) {
    check.view = check.schedule->at(moment.wall);
    check.view_from = floor<std::chrono::seconds>(moment.wall);
  }
  return check.view;
}

CheckSet::ScheduleState CheckSet::schedule_state_of(DeclaredCheck& check, Time started,
                                                    const ClockReading& moment) const {
  ScheduleState session{.frame = {.opened = started, .grace = grace_}};
  if (!check.schedule) return session;
  const auto& view = view_of(check, moment);
  session.open = view.open;
  session.changes_at = on_monotonic(view.changes, moment);
  if (!view.open) check.last_closed = moment.now;
  // No earlier than that: a clock that was set into a session, or a machine that slept
  // into one, gave the service no time to do anything in it.
  const Time opened = std::max(on_monotonic(view.changed, moment), check.last_closed);
  if (view.open && opened > started) {
    session.frame.opened = opened;
    session.frame.reopened = true;
    session.frame.passed_since_opened = check.last_passed >= opened;
  }
  return session;
}

CheckReport CheckSet::report_of(const DeclaredCheck& check, const CheckResult& finding,
                                const ClockReading& moment) {
  const auto state = check.state.value_or(finding.state);
  CheckReport report{.name = check.name,
                     .severity = check.severity,
                     .state = state,
                     .kind = check.condition.kind,
                     .value = finding.value,
                     .comparison = check.condition.comparison,
                     .limit = limit_of(check.condition),
                     .value_is_minimum = finding.value_is_minimum,
                     .since = floor<milliseconds>(moment.wall - (moment.now - check.since)),
                     .output = finding.output};
  if (report.kind == Kind::count || report.kind == Kind::rate)
    report.window = floor<milliseconds>(check.condition.window);
  if (finding.clears_at && state == CheckState::fail && *finding.clears_at != far_future)
    report.clears_in = ceil<milliseconds>(*finding.clears_at - moment.now);
  if (state == CheckState::suppressed) report.would_be = finding.state;
  return report;
}

Evaluation CheckSet::evaluate(const ClockReading& moment) {
  const Time started = started_.value_or(moment.now);
  started_ = started;
  announced_.clear();
  quiet_.clear();
  Evaluation evaluation;
  evaluation.checks.reserve(checks_.size());
  if (checks_.empty()) evaluation.status = Status::starting;

  for (DeclaredCheck& check : checks_) {
    const auto* source = std::get_if<Events*>(&check.condition.source);
    const std::uint64_t total = source != nullptr ? (*source)->total() : 0;
    keep_quiet(check);

    const ScheduleState session = schedule_state_of(check, started, moment);
    const CheckResult finding = judge(check.condition, check.range, session.frame, moment.now);
    announce(check, finding, total);
    if (finding.state == CheckState::pass) check.last_passed = moment.now;
    const auto state = session.open ? finding.state : CheckState::suppressed;
    if (check.state != state) {
      check.state = state;
      check.since = moment.now;
    }

    evaluation.status = std::max(evaluation.status, consequence(check.severity, state, session));
    evaluation.changes_at = std::min(evaluation.changes_at, session.changes_at);
    if (session.open) evaluation.changes_at = std::min(evaluation.changes_at, finding.changes_at);
    evaluation.checks.push_back(report_of(check, finding, moment));
  }

  for (const auto& [events, at] : announced_) events->log().announce_at(at);
  for (const auto& quiet : quiet_) quiet.gauge->quiet_between(quiet.from, quiet.to);
  return evaluation;
}

// What one check makes of the service. One that waits since an opening is not
// starting: the service runs, only its day is young.
Status CheckSet::consequence(Severity severity, CheckState state, const ScheduleState& session) {
  const bool critical = severity == Severity::critical;
  if (state == CheckState::fail) return critical ? Status::unhealthy : Status::degraded;
  const bool starting = state == CheckState::waiting && critical && !session.frame.reopened;
  return starting ? Status::starting : Status::healthy;
}

void CheckSet::announce(const DeclaredCheck& check, const CheckResult& finding,
                        std::uint64_t total) {
  const auto* events = std::get_if<Events*>(&check.condition.source);
  if (events == nullptr) return;
  auto entry = std::ranges::find(announced_, *events, &Announced::events);
  if (entry == announced_.end())
    entry = announced_.insert(entry, {*events, detail::EventLog::never});
  if (finding.events_to_change < detail::EventLog::never - total)
    entry->at = std::min(entry->at, total + finding.events_to_change);
}

// Narrows the gauge's quiet bounds to the side of the limit on which it stands.
void CheckSet::keep_quiet(const DeclaredCheck& check) {
  const auto* gauge = std::get_if<Gauge*>(&check.condition.source);
  if (gauge == nullptr) return;
  auto entry = std::ranges::find(quiet_, *gauge, &Quiet::gauge);
  if (entry == quiet_.end()) entry = quiet_.insert(entry, {*gauge, -infinity, infinity});
  const double value = (*gauge)->value();
  const double limit = check.condition.limit;
  if (!(*gauge)->touched() || std::isnan(value)) {
    entry->from = infinity;
    entry->to = -infinity;
  } else {
    if (value <= limit)
      entry->to = std::min(entry->to, value == limit ? limit : std::nextafter(limit, -infinity));
    if (value >= limit)
      entry->from = std::max(entry->from, value == limit ? limit : std::nextafter(limit, infinity));
  }
}

bool CheckSet::outdated() const noexcept {
  return std::ranges::any_of(announced_,
                             [](const Announced& a) {
                               return a.at != detail::EventLog::never && a.events->total() >= a.at;
                             }) ||
         std::ranges::any_of(quiet_, [](const Quiet& q) {
           const double value = q.gauge->value();
           return q.gauge->touched() && !std::isnan(value) && !q.contains(value);
         });
}

}  // namespace heartbeat
