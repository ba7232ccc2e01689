#pragma once

#include <condition_variable>
#include <mutex>
#include <string>

namespace heartbeat::c {

/// A test that crosses from the thread that asks to the one that answers. Thread-safe.
class Question {
 public:
  /// Asks, and waits for the answer. Throws std::runtime_error with what the other
  /// side says of a failure, or once it is closed.
  bool ask();

  /// Waits until it is asked. False: it is closed.
  bool wait();

  /// Ignored unless wait() has returned true since the last answer.
  void answer(bool success, std::string why);

  /// Lets everybody go, for good.
  void close();

 private:
  enum class State { idle, asked, taken, answered, closed };
  std::mutex mutex_;
  std::condition_variable changed_;
  State state_ = State::idle;
  bool success_ = false;
  std::string why_;
};

}  // namespace heartbeat::c
