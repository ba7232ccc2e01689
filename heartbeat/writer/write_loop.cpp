#include "writer/write_loop.hpp"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>

#include "document/describe.hpp"
#include "document/text.hpp"

namespace heartbeat {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

// One try to reach Redis and to write; the resolver may take longer.
constexpr milliseconds write_limit = 2s;
constexpr milliseconds after_exception = 1s;
constexpr std::size_t longest_error = 200;
constexpr std::size_t longest_reason = 1000;

// How far the service's clock may lag behind the one by which we sleep.
nanoseconds tick() {
  timespec resolution{};
  clock_getres(CLOCK_MONOTONIC_COARSE, &resolution);
  return nanoseconds{resolution.tv_nsec};
}

}  // namespace

WriteLoop::WriteLoop(const ResolvedConfig& settings, ServiceState& service, const Clock& clock,
                     DetachableThread& worker, Log log)
    : service_{service},
      clock_{clock},
      worker_{worker},
      log_{std::move(log)},
      stop_timeout_{settings.stop_timeout},
      key_{printable(settings.key)},
      schedule_{settings.interval},
      lateness_{settings.interval, suspended_since_boot()},
      publisher_{settings},
      rivals_{service.instance().id, settings.interval, settings.ttl},
      random_{std::random_device{}()} {}

WriteLoop::Verdict WriteLoop::verdict_of(const Document& document, bool rivalled) {
  Verdict verdict{.status = document.status,
                  .reported = document.reported.value_or(Reported{}),
                  .states = {},
                  .rivalled = rivalled};
  for (const auto& check : document.checks) verdict.states.push_back(check.state);
  return verdict;
}

DetachableThread::Clock::time_point WriteLoop::wake_for(const ServiceState::Snapshot& snapshot,
                                                        const Clock& clock) {
  if (snapshot.changes_at == far_future) return DetachableThread::Clock::time_point::max();
  return DetachableThread::Clock::now() +
         std::max(snapshot.changes_at - clock.now(), nanoseconds{0}) + tick();
}

void WriteLoop::run() noexcept {
  while (!worker_.stopping())
    if (!step()) return;
  say_farewell();
}

void WriteLoop::say_farewell() noexcept try {
  auto farewell = service_.farewell();
  writer_.lapse.clear();
  writer_.rival.clear();
  std::ignore = send(farewell, stop_timeout_ * 3 / 4, -1);
} catch (...) {
  ++writer_.failed_writes;  // and nobody is left to be told
}

bool WriteLoop::step() noexcept try {
  const auto looked = DetachableThread::Clock::now();
  auto snapshot = service_.snapshot();
  const bool changed = accepted_ && verdict_of(snapshot.document, rivals_.any()) != written_;
  const auto due = schedule_.due(changed);
  if (looked >= due) return write(std::move(snapshot.document));

  sleep_until(std::min(due, wake_for(snapshot, clock_)));
  const auto rested = looked + shortest_look;
  while (!worker_.stopping() && DetachableThread::Clock::now() < rested) sleep_until(rested);
  return true;
} catch (...) {
  // No memory, or a log callback that throws: the host lives on, and so does the beat.
  worker_.sleep_until(DetachableThread::Clock::now() + after_exception);
  return true;
}

void WriteLoop::sleep_until(DetachableThread::Clock::time_point when) noexcept {
  lateness_.sleeps_until(when);
  worker_.sleep_until(when);
  lateness_.woke(DetachableThread::Clock::now(), suspended_since_boot());
}

void WriteLoop::tell(const Writer& writer, Document& document) {
  document.writer = writer;
  if (writer.lapse.empty() && writer.rival.empty()) return;
  document.status = std::max(document.status, Status::degraded);
  document.reason = truncate(summarize(document), longest_reason);
}

bool WriteLoop::write(Document document) {
  const auto began = DetachableThread::Clock::now();
  // What the thread says of its own lapses stands until the next beat.
  offered_ = verdict_of(document, rivals_.any());
  lateness_.tell(writer_);
  tell(writer_, document);
  if (!send(document, write_limit, worker_.stop_descriptor())) return false;
  if (accepted_) {
    written_ = std::move(offered_);
    schedule_.succeeded(began);
    lateness_.told();
  } else {
    schedule_.failed(DetachableThread::Clock::now(),
                     std::uniform_real_distribution<>{0, 1}(random_));
  }
  return true;
}

bool WriteLoop::send(Document& document, milliseconds limit, int cancel) {
  document.sequence = ++sequence_;
  show_condition();
  document.writer = writer_;
  const std::string text = encode(document);
  // A document of ours always has the time; the roster is for people.
  const auto now = document.written_at.value_or(WallTime{});
  tl::expected<RedisSink::PreviousDocument, redis::Error> result;
  const auto began = DetachableThread::Clock::now();
  const auto boottime = began + suspended_since_boot();
  const bool still_there = worker_.run_abandonable(
      [&] { result = publisher_.publish(text, now, redis::Deadline::after(limit, cancel)); });
  if (!still_there) return false;
  writer_.last_write = std::chrono::floor<milliseconds>(DetachableThread::Clock::now() - began);
  note(result, boottime);
  return true;
}

void WriteLoop::show_condition() {
  const std::lock_guard lock{mutex_};
  writer_.file_error = file_error_;
  shown_ = {writer_, sequence_};
}

WriteLoop::Shown WriteLoop::condition() const {
  const std::lock_guard lock{mutex_};
  return shown_;
}

void WriteLoop::note_file(std::string error) {
  const std::lock_guard lock{mutex_};
  shown_.writer.file_error = error;
  file_error_ = std::move(error);
}

void WriteLoop::note(const tl::expected<RedisSink::PreviousDocument, redis::Error>& result,
                     DuplicateWriter::Time began) {
  writer_.reconnects = publisher_.reconnects();
  const bool was_accepted = std::exchange(accepted_, result.has_value());
  if (result) {
    note_replaced(*result, began);
    if (!was_accepted && writer_.failed_writes > 0 && log_)
      log_("heartbeat: Redis takes beats again");
    return;
  }
  ++writer_.failed_writes;
  auto error = truncate(printable(result.error().what), longest_error);
  const bool news = was_accepted || error != writer_.last_error;
  writer_.last_error = std::move(error);
  show_condition();
  if (news && log_) log_("heartbeat: " + writer_.last_error);
}

void WriteLoop::note_replaced(const RedisSink::PreviousDocument& replaced,
                              DuplicateWriter::Time began) {
  const bool was_rivalled = rivals_.any();
  if (replaced.beginning)
    rivals_.looked({.found = *replaced.beginning,
                    .unbroken = replaced.unbroken,
                    .began = began,
                    .ended = DetachableThread::Clock::now() + suspended_since_boot()});
  else
    rivals_.may_not_look();
  const bool vanishes = rivals_.vanished() > writer_.vanished;
  const bool was_vanishing = std::exchange(vanished_, vanishes);
  writer_.vanished = rivals_.vanished();
  writer_.rival = rivals_.names();
  show_condition();
  if (!log_) return;
  if (vanishes && !was_vanishing)
    log_("heartbeat: " + key_ + " had vanished: evicted, flushed or deleted");
  if (rivals_.any() && !was_rivalled)
    log_("heartbeat: " + key_ + " is also written by " + writer_.rival);
  if (!rivals_.any() && was_rivalled) log_("heartbeat: " + key_ + " is written by nobody else now");
}

}  // namespace heartbeat
