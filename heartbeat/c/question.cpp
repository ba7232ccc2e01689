#include "c/question.hpp"

#include <stdexcept>
#include <utility>

#include "c/handles.hpp"

namespace heartbeat::c {

bool Question::ask() {
  std::unique_lock lock{mutex_};
  if (state_ == State::idle) state_ = State::asked;
  changed_.notify_all();
  changed_.wait(lock, [this] { return state_ == State::answered || state_ == State::closed; });
  if (state_ == State::closed) throw std::runtime_error{"stopped"};
  state_ = State::idle;
  if (!success_ && !why_.empty()) throw std::runtime_error{std::exchange(why_, {})};
  return success_;
}

bool Question::wait() {
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return state_ == State::asked || state_ == State::closed; });
  if (state_ == State::closed) return false;
  state_ = State::taken;
  return true;
}

void Question::answer(bool success, std::string why) {
  const std::lock_guard lock{mutex_};
  if (state_ != State::taken) return;
  state_ = State::answered;
  success_ = success;
  why_ = std::move(why);
  changed_.notify_all();
}

void Question::close() {
  const std::lock_guard lock{mutex_};
  state_ = State::closed;
  changed_.notify_all();
}

}  // namespace heartbeat::c

using namespace heartbeat::c;

extern "C" {

heartbeat_result heartbeat_await(heartbeat_question* question) {
  bool asked = false;
  const auto result = guarded([&] { asked = demand(from(question), "question").wait(); });
  if (result != HEARTBEAT_OK || asked) return result;
  return fail(HEARTBEAT_STOPPED, "the heartbeat has stopped");
}

void heartbeat_answer(heartbeat_question* question, int success, const char* why) {
  std::ignore = guarded(
      [&] { demand(from(question), "question").answer(success != 0, why != nullptr ? why : ""); });
}
}
