#include "writer/file_sink.hpp"

#include <algorithm>

#include "document/text.hpp"

namespace heartbeat {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds after_exception = 1s;
constexpr std::size_t longest_error = 200;

}  // namespace

FileSink::FileSink(const ResolvedConfig& settings, ServiceState& service, const Clock& clock,
                   DetachableThread& worker, WriteLoop& beater, WriteLoop::Log log)
    : service_{service},
      clock_{clock},
      worker_{worker},
      beater_{beater},
      log_{std::move(log)},
      file_{settings.file},
      schedule_{settings.interval},
      lateness_{settings.interval, suspended_since_boot()},
      random_{std::random_device{}()} {}

void FileSink::run() noexcept {
  while (!worker_.stopping())
    if (!step()) return;
  say_farewell();
}

void FileSink::say_farewell() noexcept try {
  auto farewell = service_.farewell();
  own_.lapse.clear();
  farewell.writer = condition();
  std::ignore = send(farewell);
} catch (...) {
  return;  // nobody is left to be told
}

bool FileSink::step() noexcept try {
  const auto looked = DetachableThread::Clock::now();
  auto snapshot = service_.snapshot();
  const bool changed = accepted_ && verdict_of(snapshot.document) != written_;
  const auto due = schedule_.due(changed);
  if (looked >= due) return write(std::move(snapshot.document));

  sleep_until(std::min(due, WriteLoop::wake_for(snapshot, clock_)));
  const auto rested = looked + WriteLoop::shortest_look;
  while (!worker_.stopping() && DetachableThread::Clock::now() < rested) sleep_until(rested);
  return true;
} catch (...) {
  // No memory, or a log callback that throws.
  worker_.sleep_until(DetachableThread::Clock::now() + after_exception);
  return true;
}

WriteLoop::Verdict FileSink::verdict_of(const Document& document) const {
  return WriteLoop::verdict_of(document, !beater_.condition().writer.rival.empty());
}

void FileSink::sleep_until(DetachableThread::Clock::time_point when) noexcept {
  lateness_.sleeps_until(when);
  worker_.sleep_until(when);
  lateness_.woke(DetachableThread::Clock::now(), suspended_since_boot());
}

// Of Redis as the beat thread knows it, of time as this one does.
Writer FileSink::condition() {
  auto writer = beater_.condition().writer;
  writer.late_beats = own_.late_beats;
  writer.lateness = own_.lateness;
  writer.worst_lateness = own_.worst_lateness;
  writer.suspended = own_.suspended;
  writer.lapse = own_.lapse;
  writer.file_error.clear();  // who reads this finds it written
  return writer;
}

bool FileSink::write(Document document) {
  const auto began = DetachableThread::Clock::now();
  auto offered = verdict_of(document);
  lateness_.tell(own_);
  WriteLoop::tell(condition(), document);
  if (!send(document)) return false;
  if (accepted_) {
    written_ = std::move(offered);
    schedule_.succeeded(began);
    lateness_.told();
  } else {
    schedule_.failed(DetachableThread::Clock::now(),
                     std::uniform_real_distribution<>{0, 1}(random_));
  }
  return true;
}

bool FileSink::send(Document& document) {
  document.sequence = ++sequence_;
  const std::string text = encode(document);
  tl::expected<void, std::string> result;
  if (!worker_.run_abandonable([&] {
        const int error = file_.replace(text);
        if (error != 0)
          result = tl::unexpected{"cannot write " + file_.path() + ": " +
                                  std::generic_category().message(error)};
      }))
    return false;
  note(result);
  return true;
}

void FileSink::note(const tl::expected<void, std::string>& result) {
  accepted_ = result.has_value();
  auto error = result ? std::string{} : truncate(printable(result.error()), longest_error);
  if (error == error_) return;
  error_ = std::move(error);
  beater_.note_file(error_);
  if (log_) log_("heartbeat: " + (accepted_ ? "writes " + file_.path() + " again" : error_));
}

}  // namespace heartbeat
