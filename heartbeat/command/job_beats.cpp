#include "command/job_beats.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <random>
#include <stdexcept>
#include <system_error>

#include "command/shell_line.hpp"
#include "document/text.hpp"
#include "process/process.hpp"
#include "writer/callback_loop.hpp"

namespace heartbeat::command {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto attempt_limit = 5s;
constexpr auto max_pause = 2s;
constexpr auto kill_limit = 1s;
/// Before the first beat, which would take a processor from the command while it starts.
constexpr auto head_start = 10ms;

Descriptor new_done_event() {
  Descriptor event{eventfd(0, EFD_CLOEXEC)};
  if (!event) throw std::system_error{errno, std::generic_category(), "eventfd"};
  return event;
}

}  // namespace

JobBeats::JobBeats(ResolvedConfig config, const DeclaredChecks& checks, const Companion& companion,
                   const std::optional<Reported>& first)
    : config_{std::move(config)}, sources_{service_, checks.rules}, done_{new_done_event()} {
  if (checks.watchdog)
    watchdog_check_ =
        service_.add_check("watchdog", Severity::critical, watchdog_.within(*checks.watchdog));
  for (const auto& test : checks.tests) add_test(test, checks.polling, companion);
  if (first) report(*first);
  service_.start();
  start_threads();
}

void JobBeats::add_test(const CommandTest& test, Polling polling, const Companion& companion) {
  const int stop = test_threads_.emplace_back().stop_descriptor();
  declare_test(service_, test, polling, [line = test.line, polling, stop, &companion] {
    const auto failure = why_it_fails(line, polling.limit, stop, companion);
    if (!failure.empty()) throw std::runtime_error{failure};
    return true;
  });
}

void JobBeats::start_threads() try {
  thread_.start("healthbeat", [this] { run(); });
  if (!service_.schedules_with_files().empty())
    dates_thread_.start("healthbeat-dates", [this] { dates_loop_.run(); });
  for (std::size_t i = 0; i < test_threads_.size(); ++i)
    test_threads_[i].start("healthbeat-test", [this, i] {
      keep_calling(service_.callbacks()[i], clock_, test_threads_[i], service_);
    });
} catch (const std::system_error&) {
  stop();
  throw;
}

void JobBeats::end_tests() noexcept {
  for (auto& thread : test_threads_) thread.request_stop();
  for (auto& thread : test_threads_) thread.stop(steady_clock::now() + kill_limit);
}

JobBeats::~JobBeats() { stop(); }

void JobBeats::stop() noexcept {
  end_tests();
  const auto now = steady_clock::now();
  dates_thread_.stop(now);
  thread_.stop(now);
}

void JobBeats::limit_watchdog(std::chrono::milliseconds limit) {
  if (watchdog_check_) service_.set_age_limit(*watchdog_check_, limit);
}

void JobBeats::report(const Reported& report) {
  service_.report(report.status, report.reason);
  if (std::exchange(status_, report.status) != report.status) service_.wake();
}

void JobBeats::finish(std::function<Document(Document)> complete, bool leaves_roster, Time until) {
  complete_ = std::move(complete);
  leaves_roster_ = leaves_roster;
  until_ = until;
  dates_thread_.request_stop();
  thread_.request_stop();
  end_tests();
}

void JobBeats::run() {
  const auto first_beat = steady_clock::now() + head_start;
  while (!thread_.stopping() && steady_clock::now() < first_beat) thread_.sleep_until(first_beat);
  probe::use_builtin_name_services();
  if (!loop_.write_until_stopped()) return;
  if (complete_) write_last();
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto told = write(done_.number(), &one, sizeof one);
}

void JobBeats::write_last() {
  WriteSchedule schedule{max_pause};
  std::minstd_rand random{std::random_device{}()};
  while (steady_clock::now() < until_) {
    const auto limit =
        std::min<steady_clock::duration>(attempt_limit, until_ - steady_clock::now());
    const auto outcome = loop_.write_last(complete_(service_.farewell()), leaves_roster_,
                                          redis::Deadline::after(limit));
    if (outcome == WriteOutcome::accepted) written_ = true;
    if (outcome != WriteOutcome::failed) return;
    schedule.failed(steady_clock::now(), std::uniform_real_distribution<>{0, 1}(random));
    thread_.sleep_until(std::min(until_, schedule.due(true)));
  }
}

}  // namespace heartbeat::command
