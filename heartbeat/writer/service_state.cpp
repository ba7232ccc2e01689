#include "writer/service_state.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document/describe.hpp"
#include "document/signature.hpp"
#include "document/text.hpp"
#include "host/host.hpp"
#include "writer/instance.hpp"
#include "writer/membarrier.hpp"

namespace heartbeat {

using std::chrono::floor;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t longest_reason = 1000;
// How soon to look again where nothing tells that a mark was missed.
constexpr milliseconds blind_look{50};

}  // namespace

ServiceState::ServiceState(const ResolvedConfig& settings, const Clock& clock, detail::Waker& waker)
    : name_{settings.service},
      interval_{settings.interval},
      ttl_{settings.ttl},
      instance_{this_instance(settings.instance)},
      boot_id_{boot_id()},
      two_look_{!settings.file.empty()},
      clock_{clock},
      waker_{waker},
      checks_{settings.start_grace} {}

Flag& ServiceState::add_flag() {
  const std::lock_guard lock{mutex_};
  return flags_.emplace_back(waker_);
}

Gauge& ServiceState::add_gauge() {
  const std::lock_guard lock{mutex_};
  return gauges_.emplace_back(waker_);
}

Events& ServiceState::add_activity() {
  const std::lock_guard lock{mutex_};
  return activities_.emplace_back(waker_, clock_);
}

Events& ServiceState::add_errors() {
  const std::lock_guard lock{mutex_};
  return errors_.emplace_back(waker_, clock_);
}

Callback& ServiceState::add_callback(std::function<bool()> test, Polling polling) {
  const std::lock_guard lock{mutex_};
  demand_not_started("a callback");
  if (!test) throw ConfigError("a callback is empty");
  if (polling.every <= milliseconds{0} || polling.limit <= milliseconds{0})
    throw ConfigError("a callback's period and time limit must be positive");
  return callbacks_.emplace_back(std::move(test), polling);
}

std::size_t ServiceState::add_check(std::string name, Severity severity,
                                    const Condition& condition) {
  const std::lock_guard lock{mutex_};
  demand_not_started(fmt::format("check '{}'", truncate(printable(name), 80)));
  return checks_.add(std::move(name), severity, condition);
}

void ServiceState::set_schedule(std::size_t check, const Schedule& schedule) {
  const std::lock_guard lock{mutex_};
  demand_not_started(fmt::format("schedule '{}'", schedule.text()));
  checks_.set_schedule(check, schedule);
}

void ServiceState::demand_not_started(const std::string& what) const {
  if (started_) throw ConfigError(what + " is declared after start(): declare it before");
}

void ServiceState::report(Status status, std::string_view reason) {
  const std::lock_guard lock{mutex_};
  reported_ = Reported{status, truncate(printable(reason), longest_reason)};
}

bool ServiceState::start() {
  const std::lock_guard lock{mutex_};
  if (started_) return false;
  started_ = clock_.now();
  checks_.start(*started_);
  return true;
}

Document ServiceState::blank(const ClockReading& moment) const {
  Document document{.service = name_, .instance = instance_, .interval = interval_, .ttl = ttl_};
  document.written_at = floor<milliseconds>(moment.wall);
  if (!boot_id_.empty()) document.boot = Boot{.id = boot_id_, .at = time_since_boot()};
  document.started_at =
      floor<milliseconds>(moment.wall - (moment.now - started_.value_or(moment.now)));
  return document;
}

// Again, until no source has moved meanwhile beyond what it was asked to announce.
Evaluation ServiceState::evaluate(ClockReading& moment) {
  for (int tries = 1;; ++tries) {
    moment = {clock_.now(), clock_.wall()};
    auto evaluation = checks_.evaluate(moment);
    if (!process_barrier())
      evaluation.changes_at = std::min(evaluation.changes_at, moment.now + blind_look);
    if (tries == 4 || !checks_.outdated()) return evaluation;
  }
}

void ServiceState::sum_up_sources(const ClockReading& moment, Document& document) const {
  const auto ever_set = [](const Flag& flag) { return flag.value().has_value(); };
  const auto is_true = [](const Flag& flag) { return flag.value() == true; };
  if (std::ranges::any_of(flags_, ever_set))
    document.connected = std::ranges::all_of(flags_, is_true);
  std::uint64_t errors = 0;
  for (const Events& events : errors_) errors += events.total();
  std::uint64_t processed = 0;
  std::optional<Time> newest;
  for (const Events& events : activities_) {
    processed += events.total();
    if (events.total() > 0) newest = std::max(newest, std::optional{events.log().newest(1)});
  }
  document.error_count = errors;
  document.processed_count = processed;
  if (newest) document.last_activity = floor<milliseconds>(moment.wall - (moment.now - *newest));
}

ServiceState::Snapshot ServiceState::snapshot() {
  const std::lock_guard lock{mutex_};
  ClockReading moment;
  auto evaluation = evaluate(moment);
  Document document = blank(moment);
  document.reported = reported_;
  document.checks = std::move(evaluation.checks);
  document.status = evaluation.status;
  if (reported_)
    document.status =
        document.checks.empty() ? reported_->status : std::max(document.status, reported_->status);
  if (two_look_ && !std::ranges::equal(document.checks, seen_, {}, &CheckReport::state)) {
    seen_.clear();
    for (const auto& check : document.checks) seen_.push_back(check.state);
    waker_.wake();
  }
  sum_up_sources(moment, document);
  document.reason = truncate(summarize(document), longest_reason);
  if (document.checks.empty() && !reported_)
    document.reason = "no check is declared and no status reported";
  return {std::move(document), moment.now, evaluation.changes_at};
}

Document ServiceState::farewell() const {
  const std::lock_guard lock{mutex_};
  const ClockReading moment{clock_.now(), clock_.wall()};
  Document document = blank(moment);
  document.status = Status::unhealthy;
  document.reason = farewell_reason;
  sum_up_sources(moment, document);
  return document;
}

}  // namespace heartbeat
