#include "command/run_job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "checks/dates_file.hpp"
#include "command/beat_once.hpp"
#include "command/declared.hpp"
#include "command/documents.hpp"
#include "command/job_beats.hpp"
#include "command/lines.hpp"
#include "command/listener.hpp"
#include "command/say.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "heartbeat/error.hpp"
#include "host/host.hpp"

namespace heartbeat::command {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto report_every = 1s;
constexpr auto ttl_of_the_stopped = 60s;

/// A calendar that cannot be read today must not cost the run.
std::vector<SpecialDate> calendar_of(const BeatOptions& options, JobPlan& plan) try {
  return options.calendar.empty() ? std::vector<SpecialDate>{} : read_dates_file(options.calendar);
} catch (const ConfigError& error) {
  plan.flaw = fmt::format("holidays are not known: {}", error.what());
  return {};
}

/// With checks and without due times the command is a service. Throws ConfigError.
JobPlan plan_of(const BeatOptions& options, const DeclaredChecks& checks) {
  JobPlan plan{.grace = options.grace, .limit = options.limit};
  if (options.every) plan.every = *options.every;
  const bool has_checks = !checks.rules.empty() || !checks.tests.empty() || checks.watchdog;
  plan.is_service = !options.every && options.due.empty() && (has_checks || options.notifies);
  if (options.due.empty()) return plan;
  const auto dates = calendar_of(options, plan);
  try {
    plan.due.emplace(options.due, dates);
  } catch (const ConfigError& error) {
    throw ConfigError{
        fmt::format("--due '{}': {}", printable(options.due, max_shown_bytes), error.what())};
  }
  if (!plan.due->next(std::chrono::floor<std::chrono::seconds>(wall_now())))
    plan.flaw = "the calendar leaves no due time within a year";
  return plan;
}

/// Nothing can keep the command from running, so it may be without beats.
std::unique_ptr<JobBeats> start_beats(const BeatOptions& options,
                                      const redis::Environment& environment,
                                      const DeclaredChecks& checks, const Companion& companion,
                                      const Reported& first) try {
  return std::make_unique<JobBeats>(resolved(options, environment), checks, companion, first);
} catch (const std::exception& error) {
  say(fmt::format("the command runs without beats: {}", error.what()));
  return nullptr;
}

/// The socket of the command, which finds it in its environment.
std::unique_ptr<Listener> new_listener(const BeatOptions& options,
                                       const redis::Environment& environment) try {
  const bool speaks_sd_notify = options.notifies || options.watchdog;
  auto listener = std::make_unique<Listener>(
      options.notifies, speaks_sd_notify ? environment.variable("NOTIFY_SOCKET").value_or("") : "");
  setenv("HEARTBEAT_SOCKET", listener->address().c_str(), 1);
  if (!speaks_sd_notify) return listener;
  setenv("NOTIFY_SOCKET", listener->address().c_str(), 1);
  // The watchdog may be fed by a descendant of the command: no process is named.
  for (const char* process : {"WATCHDOG_PID", "WATCHDOG_PIDFDID"}) unsetenv(process);
  using std::chrono::microseconds;
  if (options.watchdog)
    setenv("WATCHDOG_USEC", fmt::format("{}", microseconds{*options.watchdog}.count()).c_str(), 1);
  return listener;
} catch (const std::exception& error) {
  say(fmt::format("the command runs without a socket: {}", error.what()));
  return nullptr;
}

struct JobRun {
  JobPlan plan;
  WallTime started = wall_now();
  steady_clock::time_point began = steady_clock::now();

  milliseconds elapsed() const {
    return std::chrono::floor<milliseconds>(steady_clock::now() - began);
  }
};

/// Tries to write the last document until it is written, the linger has passed, or a signal asks
/// this process to end.
void leave_last_document(JobBeats& beats, Child& child, const JobRun& job, bool has_stopped,
                         milliseconds linger) {
  const auto report = finished(job.plan, *child.ended(), job.elapsed());
  const auto until = steady_clock::now() + linger;
  beats.finish(
      [&job, report, has_stopped](Document document) {
        return has_stopped ? without_next_beat(std::move(document), ttl_of_the_stopped)
                           : last_of_job(std::move(document), job.plan, job.started, report);
      },
      has_stopped, until);
  child.linger_until(until, beats.done());
  if (!beats.is_written())
    say(fmt::format("the result is not written within {}: {}", format_duration(linger),
                    beats.last_error()));
}

/// Marks the sources of lines.
class LineMarker {
 public:
  explicit LineMarker(const std::vector<LineMark>& marks) : counter_{marks} {}

  void take(std::size_t stream, std::string_view piece) {
    counter_.add(stream, piece);
    mark();
  }
  void end() {
    counter_.end();
    mark();
  }
  void mark_for(const JobBeats* beats) noexcept { beats_ = beats; }

 private:
  void mark() {
    counter_.take([this](const std::string& source, std::uint64_t events) {
      if (beats_ != nullptr) beats_->sources().apply(MarkMessage{source, events});
    });
  }

  LineCounter counter_;
  const JobBeats* beats_ = nullptr;
};

void say_what_is_not_seen(const Output& output, const Inherited& inherited) {
  constexpr const char* names[] = {"output", "error"};
  for (std::size_t i = 0; i < Output::streams; ++i)
    if (!output.is_seen(i) && !inherited.closed[i + 1])
      say(
          fmt::format("lines of standard {} are not seen: it is a device, or a file that cannot be "
                      "read",
                      names[i]));
}

}  // namespace

int run_job(const BeatOptions& options, const redis::Environment& environment,
            const Inherited& inherited) try {
  const auto checks = declared_checks(options);
  const JobRun job{.plan = plan_of(options, checks)};
  if (!job.plan.flaw.empty()) say(job.plan.flaw);
  const auto listener = new_listener(options, environment);
  LineMarker lines{checks.lines};
  TakeOutput take{};
  if (!checks.lines.empty())
    take = [&](std::size_t stream, std::string_view piece) { lines.take(stream, piece); };
  Child child{options.command, inherited, std::move(take)};
  if (!checks.lines.empty()) say_what_is_not_seen(child.output(), inherited);
  const auto report_now = [&] {
    auto report = running(job.plan, job.started, job.elapsed(), child.is_suspended());
    return listener ? listener->joined_to(std::move(report)) : report;
  };
  const auto beats = start_beats(options, environment, checks, child.companion(), report_now());
  lines.mark_for(beats.get());
  Attendant attendant;
  if (listener) {
    attendant.descriptor = listener->number();
    attendant.ready = [&] {
      if (listener->hear(beats.get()) && beats) beats->report(report_now());
    };
  }
  while (!child.ended()) {
    child.wait_until(steady_clock::now() + report_every, attendant);
    if (listener) listener->tick(beats.get());
    if (beats && !child.ended()) beats->report(report_now());
  }
  lines.end();
  const auto& end = *child.ended();
  if (!end.start_failure.empty()) say(end.start_failure);
  const bool has_stopped =
      listener && listener->words().is_stopping() && end.exit_status == 0 && end.signal == 0;
  if (beats) leave_last_document(*beats, child, job, has_stopped, options.linger);
  child.exit_alike();
} catch (const ConfigError& error) {
  say(error.what());
  return not_run;
}

}  // namespace heartbeat::command
