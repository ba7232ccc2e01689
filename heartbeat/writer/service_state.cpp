#include "writer/service_state.hpp"

#include <fmt/format.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include "document/secrets.hpp"
#include "document/text.hpp"
#include "host/build.hpp"
#include "host/host.hpp"

namespace heartbeat {

using std::chrono::floor;
using std::chrono::milliseconds;

namespace {

// Without membarrier(2) a mark may be missed, so the next snapshot comes within this time.
constexpr milliseconds unfenced_step{50};

bool membarrier(int command) noexcept { return syscall(__NR_membarrier, command, 0, 0) == 0; }

// A full memory barrier in every running thread of this process and of the children that it forked:
// the slow half of a fence, whose fast half, in every mark, costs nothing. False: the kernel or a
// sandbox does not allow it.
bool process_barrier() noexcept { return membarrier(MEMBARRIER_CMD_GLOBAL_EXPEDITED); }

// This host, this process, and a random id of 16 hexadecimal digits.
Instance this_instance(const std::string& name) {
  std::random_device random;
  return {.host = host_name(),
          .pid = getpid(),
          .id = fmt::format("{:08x}{:08x}", random(), random()),
          .name = name,
          .start_ticks = start_ticks(getpid()),
          .pid_namespace = namespace_inode("pid"),
          .net_namespace = namespace_inode("net")};
}

}  // namespace

ServiceState::ServiceState(const ResolvedConfig& config, const Clock& clock, detail::Waker& waker)
    : config_{config},
      clock_{clock},
      waker_{waker},
      instance_{this_instance(config.instance)},
      boot_id_{boot_id()},
      checks_{config.start_grace} {}

Callback& ServiceState::add_callback(std::function<bool()> test, Polling polling,
                                     std::function<bool()> begun) {
  const std::lock_guard lock{mutex_};
  require_not_started("a callback");
  if (!test) throw ConfigError("a callback is empty");
  if (polling.every <= milliseconds{0} || polling.limit <= milliseconds{0})
    throw ConfigError("a callback's period and time limit must be positive");
  return callbacks_.emplace_back(std::move(test), polling, std::move(begun));
}

std::size_t ServiceState::add_check(std::string name, Severity severity,
                                    const Condition& condition) {
  const std::lock_guard lock{mutex_};
  require_not_started(fmt::format("check '{}'", printable(name, max_shown_bytes)));
  return checks_.add(std::move(name), severity, condition);
}

void ServiceState::set_schedule(std::size_t check, const Schedule& schedule) {
  const std::lock_guard lock{mutex_};
  require_not_started(fmt::format("schedule '{}'", schedule.text()));
  checks_.set_schedule(check, schedule);
}

std::map<std::size_t, Schedule> ServiceState::schedules_with_files() const {
  const std::lock_guard lock{mutex_};
  return checks_.schedules_with_files();
}

void ServiceState::replace_schedule(std::size_t check, const Schedule& schedule) {
  const std::lock_guard lock{mutex_};
  checks_.set_schedule(check, schedule);
  waker_.wake();
}

void ServiceState::set_age_limit(std::size_t check, std::chrono::nanoseconds limit) {
  const std::lock_guard lock{mutex_};
  checks_.set_age_limit(check, limit);
  waker_.wake();
}

void ServiceState::require_not_started(const std::string& what) const {
  if (started_) throw ConfigError(what + " is declared after start(): declare it before");
}

void ServiceState::report(Status status, std::string_view reason) {
  const std::lock_guard lock{mutex_};
  reported_ = Reported{status, printable(mask_secrets(std::string{reason}), max_reason_bytes)};
}

void ServiceState::start() {
  const std::lock_guard lock{mutex_};
  membarrier(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED);  // inherited by children
  started_ = clock_.now();
  checks_.start(*started_);
}

void ServiceState::leave_parent() {
  const std::lock_guard lock{mutex_};
  instance_ = this_instance(config_.instance);
  for (auto& flag : flags_) flag.leave_parent();
  for (auto& gauge : gauges_) gauge.leave_parent();
  for (auto& events : activities_) events.log().leave_parent();
  for (auto& events : errors_) events.log().leave_parent();
}

// Repeats the evaluation if a source passed its threshold meanwhile.
Evaluation ServiceState::evaluate(std::vector<CheckReport> reused) {
  for (int tries = 1;; ++tries) {
    for (auto& events : activities_) events.log().complete(clock_.now());
    for (auto& events : errors_) events.log().complete(clock_.now());
    auto evaluation = checks_.evaluate({clock_.now(), clock_.wall()}, std::move(reused));
    if (!process_barrier())
      evaluation.changes_at = std::min(evaluation.changes_at, evaluation.at.now + unfenced_step);
    if (tries == 4 || !checks_.outdated()) return evaluation;
    reused = std::move(evaluation.checks);
  }
}

// The document without the checks, the status and the reason.
Document ServiceState::document_at(const ClockReading& at, Document reused) const {
  const auto wall_time = [&](Time then) { return floor<milliseconds>(at.wall - (at.now - then)); };
  // Texts that are assigned use the memory that they have.
  Document document{.reason = std::move(reused.reason),
                    .service = std::move(reused.service),
                    .instance = std::move(reused.instance),
                    .interval = config_.interval,
                    .ttl = config_.ttl,
                    .started_at = wall_time(started_.value_or(at.now)),
                    .written_at = wall_time(at.now),
                    .boot = std::move(reused.boot),
                    .error_count = 0,
                    .processed_count = 0,
                    .reported = std::move(reused.reported),
                    .version = std::move(reused.version)};
  document.service = config_.service;
  document.instance = instance_;
  document.version = built_from.version;
  if (!boot_id_.empty()) {
    if (!document.boot) document.boot.emplace();
    document.boot->id = boot_id_;
    document.boot->at = time_since_boot();
  }

  const auto ever_set = [](const Flag& flag) { return flag.value().has_value(); };
  const auto is_true = [](const Flag& flag) { return flag.value() == true; };
  if (std::ranges::any_of(flags_, ever_set))
    document.connected = std::ranges::all_of(flags_, is_true);
  for (const Events& events : errors_) *document.error_count += events.total();
  std::optional<Time> newest;
  for (const Events& events : activities_) {
    *document.processed_count += events.total();
    if (events.log().has_newest()) newest = std::max(newest, std::optional{events.log().newest(1)});
  }
  if (const auto refused = refused_messages_.load()) document.refused_messages = refused;
  if (newest) document.last_activity = wall_time(*newest);
  return document;
}

ServiceSnapshot ServiceState::snapshot(Document reused) {
  const std::lock_guard lock{mutex_};
  auto evaluation = evaluate(std::move(reused.checks));
  Document document = document_at(evaluation.at, std::move(reused));
  document.checks = std::move(evaluation.checks);
  document.reported = reported_;
  document.status = evaluation.status;
  if (reported_)
    document.status =
        document.checks.empty() ? reported_->status : std::max(document.status, reported_->status);
  auto text = std::exchange(document.reason, {});  // of the last snapshot
  document.reason = document.checks.empty() && !reported_
                        ? "no check is declared and no status reported"
                        : truncate(summarize(document, {}, std::move(text)), max_reason_bytes);
  const bool two_threads = !config_.file.empty();
  if (two_threads && !std::ranges::equal(document.checks, seen_, {}, &CheckReport::state)) {
    seen_.clear();
    for (const auto& check : document.checks) seen_.push_back(check.state);
    waker_.wake();
  }
  return {std::move(document), evaluation.changes_at};
}

Document ServiceState::farewell() const {
  const std::lock_guard lock{mutex_};
  Document document = document_at({clock_.now(), clock_.wall()});
  document.status = Status::unhealthy;
  document.reason = farewell_reason;
  return document;
}

}  // namespace heartbeat
