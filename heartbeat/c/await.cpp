#include <stdexcept>
#include <utility>

#include "c/internal.hpp"

namespace heartbeat::c {
namespace {

constexpr std::size_t max_lines = 64;

}  // namespace

bool TestHandoff::ask() {
  std::unique_lock lock{mutex_};
  if (step_ == HandoffStep::idle) step_ = HandoffStep::asked;
  changed_.notify_all();
  changed_.wait(lock,
                [this] { return step_ == HandoffStep::answered || step_ == HandoffStep::closed; });
  if (step_ == HandoffStep::closed) throw std::runtime_error{"stopped"};
  step_ = HandoffStep::idle;
  if (!success_ && !why_.empty()) throw std::runtime_error{std::exchange(why_, {})};
  return success_;
}

void TestHandoff::begin() {
  const std::lock_guard lock{mutex_};
  says_begin_ = true;
  if (step_ == HandoffStep::taken) step_ = HandoffStep::begun;
}

bool TestHandoff::begun() {
  const std::lock_guard lock{mutex_};
  return step_ != HandoffStep::asked && !(says_begin_ && step_ == HandoffStep::taken);
}

bool TestHandoff::wait() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock,
                [this] { return step_ == HandoffStep::asked || step_ == HandoffStep::closed; });
  if (step_ == HandoffStep::closed) return false;
  step_ = HandoffStep::taken;
  return true;
}

void TestHandoff::answer(bool success, std::string why) {
  const std::lock_guard lock{mutex_};
  if (step_ != HandoffStep::taken && step_ != HandoffStep::begun) return;
  step_ = HandoffStep::answered;
  success_ = success;
  why_ = std::move(why);
  changed_.notify_all();
}

void TestHandoff::close() {
  const std::lock_guard lock{mutex_};
  step_ = HandoffStep::closed;
  changed_.notify_all();
}

void LogQueue::add(std::string line) {
  const std::lock_guard lock{mutex_};
  if (lines_.size() == max_lines) lines_.pop_front();
  lines_.push_back(std::move(line));
  changed_.notify_one();
}

std::optional<std::string> LogQueue::next() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return closed_ || !lines_.empty(); });
  if (lines_.empty()) return std::nullopt;
  auto line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

void LogQueue::close() {
  const std::lock_guard lock{mutex_};
  closed_ = true;
  changed_.notify_all();
}

}  // namespace heartbeat::c

using namespace heartbeat::c;

extern "C" {

heartbeat_result heartbeat_await(heartbeat_question* question) {
  return guarded([&] {
    if (!require(from(question), "question").wait()) throw stopped();
  });
}

void heartbeat_begin(heartbeat_question* question) {
  std::ignore = guarded([&] { require(from(question), "question").begin(); });
}

void heartbeat_answer(heartbeat_question* question, int success, const char* why) {
  std::ignore = guarded(
      [&] { require(from(question), "question").answer(success > 0, why != nullptr ? why : ""); });
}

heartbeat_result heartbeat_next_line(heartbeat_beat* beat, char* line, std::size_t size) {
  return guarded([&] {
    require(line, "line");
    const auto next = require_own(beat).lines->next();
    if (!next) throw stopped();
    store(*next, line, size);
  });
}
}
