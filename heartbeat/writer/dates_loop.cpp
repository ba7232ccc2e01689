#include "writer/dates_loop.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "document/text.hpp"
#include "heartbeat/error.hpp"

namespace heartbeat {
namespace {

std::chrono::nanoseconds duration_of(const timespec& time) {
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat found{};
  if (stat(path.c_str(), &found) != 0) return std::nullopt;
  return FileStamp{.device = found.st_dev,
                   .inode = found.st_ino,
                   .size = found.st_size,
                   .modified = duration_of(found.st_mtim),
                   .changed = duration_of(found.st_ctim)};
}

}  // namespace

DatesLoop::DatesLoop(std::chrono::milliseconds interval, ServiceState& service,
                     DetachableThread& thread, SharedWriter& writer, Log log)
    : interval_{interval},
      service_{service},
      thread_{thread},
      writer_{writer},
      log_{std::move(log)} {}

void DatesLoop::run() noexcept {
  while (!thread_.stopping())
    if (!step()) return;
}

bool DatesLoop::step() noexcept try {
  if (watched_.empty())
    for (const auto& [check, schedule] : service_.schedules_with_files())
      watched_.push_back({check, schedule, std::vector<ChangeWatch>(schedule.files().size())});
  const Time now = std::chrono::steady_clock::now();
  if (!thread_.run_abandonable([&] {
        for (auto& watched : watched_) look(watched, now);
      }))
    return false;
  for (auto& watched : watched_)
    if (std::exchange(watched.is_new, false))
      service_.replace_schedule(watched.check, watched.schedule);
  const auto failed =
      std::ranges::find_if(watched_, [](const auto& watched) { return !watched.error.empty(); });
  tell(failed == watched_.end() ? "" : failed->error);
  thread_.sleep_until(now + interval_);
  return true;
} catch (const Abandoned&) {
  return false;
} catch (...) {
  // Memory ran out, or the log threw: the next look repeats what is left.
  thread_.sleep_until(std::chrono::steady_clock::now() + interval_);
  return true;
}

void DatesLoop::look(Watched& watched, Time now) {
  const auto& paths = watched.schedule.files();
  bool is_due = false;
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (watched.files[i].is_due(stamp_of(paths[i]), now)) is_due = true;
  // All are read together: none of them may still be in the making.
  const auto is_settled = [now](const ChangeWatch& file) { return file.is_settled(now); };
  if (!is_due || !std::ranges::all_of(watched.files, is_settled)) return;
  try {
    watched.schedule = watched.schedule.read_again();
    watched.is_new = true;
    watched.error.clear();
    for (auto& file : watched.files) file.was_read();
  } catch (const ConfigError& error) {
    watched.error = printable(error.what(), max_error_bytes);
    for (auto& file : watched.files) file.was_refused();
  }
}

void DatesLoop::tell(const std::string& error) {
  if (error == error_) return;
  writer_.update([&](Writer& writer) { writer.dates_error = error; });
  service_.wake();
  error_ = error;
  if (log_) log_(error.empty() ? "reads the dates again" : "the dates are old: " + error);
}

}  // namespace heartbeat
