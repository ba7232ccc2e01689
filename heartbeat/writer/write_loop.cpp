#include "writer/write_loop.hpp"

#include <time.h>

#include <algorithm>
#include <utility>

#include "document/document.hpp"
#include "document/text.hpp"
#include "host/host.hpp"

namespace heartbeat {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

namespace {

// The time limit of one write, connecting included. The resolver may take longer.
constexpr milliseconds write_limit = 2s;
constexpr milliseconds pause_after_exception = 1s;
// The shortest time between two snapshots, however often changes wake the thread.
constexpr milliseconds min_step = 10ms;

// Clock::now() may lag behind the clock of the sleep by one tick.
nanoseconds tick() {
  timespec resolution{};
  clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
  return nanoseconds{resolution.tv_nsec};
}

}  // namespace

WriteLoop::WriteLoop(const ResolvedConfig& config, ServiceState& service, const Clock& clock,
                     DetachableThread& thread, SharedWriter& writer, Sink& sink, Log log)
    : service_{service},
      clock_{clock},
      thread_{thread},
      writer_{writer},
      sink_{sink},
      log_{std::move(log)},
      changes_{config.member},
      stop_timeout_{config.stop_timeout},
      schedule_{config.interval},
      lateness_{config.interval, suspended_since_boot()},
      random_{std::random_device{}()} {}

void WriteLoop::set_digest(const Document& document, const Writer& writer) {
  digest_.status = document.status;
  if (document.reported)
    digest_.reported = *document.reported;
  else
    digest_.reported = {};
  digest_.has_rival = !writer.rival.empty();
  digest_.has_old_dates = !writer.dates_error.empty();
  digest_.states.clear();
  for (const auto& check : document.checks) digest_.states.push_back(check.state);
}

void WriteLoop::run() noexcept {
  if (write_until_stopped())
    write_last(service_.farewell(), true, redis::Deadline::after(stop_timeout_ * 3 / 4));
}

bool WriteLoop::write_until_stopped() noexcept {
  while (!thread_.stopping())
    if (!step()) return false;
  return true;
}

bool WriteLoop::step() noexcept try {
  const Time began = steady_clock::now();
  auto snapshot = service_.snapshot(std::move(document_));
  set_digest(snapshot.document, writer_.read());
  const auto due = schedule_.due(digest_ != accepted_);
  if (began >= due) return write(std::move(snapshot.document));

  document_ = std::move(snapshot.document);
  sleep_until(std::min(due, wake_time(snapshot)));
  const auto next_step = began + min_step;
  while (!thread_.stopping() && steady_clock::now() < next_step) sleep_until(next_step);
  return true;
} catch (const Abandoned&) {
  return false;
} catch (...) {
  // Memory ran out, or the log threw: the host and the heartbeat go on.
  thread_.sleep_until(steady_clock::now() + pause_after_exception);
  return true;
}

bool WriteLoop::write(Document document) {
  const Time began = steady_clock::now();
  const auto outcome =
      send(std::move(document), {}, redis::Deadline::after(write_limit, thread_.stop_descriptor()));
  if (outcome == WriteOutcome::accepted) {
    std::swap(accepted_, digest_);
    schedule_.succeeded(began);
    lateness_.beat_accepted();
  } else if (outcome == WriteOutcome::failed) {
    schedule_.failed(steady_clock::now(), std::uniform_real_distribution<>{0, 1}(random_));
  }
  return outcome != WriteOutcome::abandoned;
}

WriteOutcome WriteLoop::write_last(Document document, bool leaves_roster,
                                   const redis::Deadline& deadline) noexcept try {
  // The last document reports the stop, but no stall, no rival and no old dates.
  lateness_.beat_accepted();
  writer_.update([](Writer& writer) {
    writer.rival.clear();
    writer.dates_error.clear();
  });
  return send(std::move(document), {.is_last = true, .leaves_roster = leaves_roster}, deadline);
} catch (...) {
  return WriteOutcome::failed;  // the log threw, or memory ran out; the host is stopping
}

// Adds what the threads know. A stalled thread, a rival or old dates make it degraded at best.
WriteOutcome WriteLoop::send(Document document, Beat beat, const redis::Deadline& deadline) {
  document.sequence = ++sequence_;
  const auto& writer = document.writer.emplace(sink_.condition(lateness_));
  if (!writer.lapse.empty() || !writer.rival.empty() || !writer.dates_error.empty()) {
    document.status = std::max(document.status, Status::degraded);
    document.reason = truncate(summarize(document), max_reason_bytes);
  }
  if (log_ && !beat.is_last)
    if (const auto line = changes_.update(document, steady_clock::now())) log_(*line);
  encode(document, text_);
  beat.text = text_;
  beat.written_at = document.written_at.value_or(WallTime{});
  beat.ttl = std::chrono::ceil<std::chrono::seconds>(document.ttl.value_or(0ms));
  document_ = std::move(document);
  return sink_.write(beat, deadline);
}

// When the mere passing of time may change a check's state, on the clock of the sleep.
Time WriteLoop::wake_time(const ServiceSnapshot& snapshot) const {
  if (snapshot.changes_at == far_future) return far_future;
  return steady_clock::now() + std::max(snapshot.changes_at - clock_.now(), nanoseconds{0}) +
         tick();
}

void WriteLoop::sleep_until(Time when) noexcept {
  lateness_.sleeps_until(when);
  thread_.sleep_until(when);
  lateness_.woke(steady_clock::now(), suspended_since_boot());
}

}  // namespace heartbeat
