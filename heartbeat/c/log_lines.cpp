#include "c/log_lines.hpp"

#include "c/handles.hpp"

namespace heartbeat::c {
namespace {

constexpr std::size_t most_lines = 64;

}  // namespace

void LogLines::add(std::string line) {
  const std::lock_guard lock{mutex_};
  if (lines_.size() == most_lines) lines_.pop_front();
  lines_.push_back(std::move(line));
  changed_.notify_one();
}

std::optional<std::string> LogLines::next() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return closed_ || !lines_.empty(); });
  if (lines_.empty()) return std::nullopt;
  auto line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

void LogLines::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
  changed_.notify_all();
}

}  // namespace heartbeat::c

using namespace heartbeat::c;

extern "C" heartbeat_result heartbeat_next_line(heartbeat_beat* beat, char* line,
                                                std::size_t size) {
  std::optional<std::string> next;
  const auto result = guarded([&] {
    demand(line, "line");
    if (demand(beat, "beat").forked()) throw Forked{};
    next = beat->lines->next();
    if (next) store(*next, line, size);
  });
  if (result != HEARTBEAT_OK || next) return result;
  return fail(HEARTBEAT_STOPPED, "the heartbeat has stopped");
}
