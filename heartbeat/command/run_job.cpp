#include "command/run_job.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <system_error>

#include "checks/dates_file.hpp"
#include "command/beat_once.hpp"
#include "command/documents.hpp"
#include "command/job_beats.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "heartbeat/error.hpp"
#include "host/host.hpp"
#include "process/process.hpp"

namespace heartbeat::command {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto report_every = 1s;

void say(const std::string& what) {
  probe::write_once(STDERR_FILENO, "healthbeat: " + what + "\n");
}

/// A calendar that cannot be read today must not cost the run.
std::vector<SpecialDate> calendar_of(const BeatOptions& options, JobPlan& plan) try {
  return options.calendar.empty() ? std::vector<SpecialDate>{} : read_dates_file(options.calendar);
} catch (const ConfigError& error) {
  plan.flaw = fmt::format("holidays are not known: {}", error.what());
  return {};
}

/// Throws ConfigError.
JobPlan plan_of(const BeatOptions& options) {
  JobPlan plan{.grace = options.grace, .limit = options.limit};
  if (options.every) plan.every = *options.every;
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
                                      const redis::Environment& environment) try {
  return std::make_unique<JobBeats>(resolved(options, environment));
} catch (const std::exception& error) {
  say(fmt::format("the command runs without beats: {}", error.what()));
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
void leave_last_document(JobBeats& beats, Child& child, const JobRun& job, milliseconds linger) {
  const auto report = finished(job.plan, *child.ended(), job.elapsed());
  const auto until = steady_clock::now() + linger;
  beats.finish(
      [&job, report](Document document) {
        return last_of_job(std::move(document), job.plan, job.started, report);
      },
      until);
  pollfd ready[] = {{beats.done(), POLLIN, 0}, {child.signals(), POLLIN, 0}};
  while (ready[0].revents == 0 && !child.is_asked_to_end() && steady_clock::now() < until)
    poll(ready, 2,
         static_cast<int>(std::chrono::ceil<milliseconds>(until - steady_clock::now()).count()));
  if (!beats.is_written())
    say(fmt::format("the result is not written within {}: {}", format_duration(linger),
                    beats.last_error()));
}

}  // namespace

int run_job(const BeatOptions& options, const redis::Environment& environment,
            const Inherited& inherited) try {
  const JobRun job{.plan = plan_of(options)};
  if (!job.plan.flaw.empty()) say(job.plan.flaw);
  Child child{options.command, inherited};
  const auto beats = start_beats(options, environment);
  while (!child.ended()) {
    child.wait_until(steady_clock::now() + report_every);
    if (beats && !child.ended())
      beats->report(running(job.plan, job.started, job.elapsed(), child.is_suspended()));
  }
  if (const auto& failure = child.ended()->start_failure; !failure.empty()) say(failure);
  if (beats) leave_last_document(*beats, child, job, options.linger);
  child.exit_alike();
} catch (const ConfigError& error) {
  say(error.what());
  return not_run;
}

}  // namespace heartbeat::command
