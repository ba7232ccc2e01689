#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

/// What heartbeat_await() and heartbeat_next_line() wait for. Thread-safe.
namespace heartbeat::c {

/// Lets the library's thread ask for a test that a thread of the caller answers.
class TestHandoff {
 public:
  /// Asks, and waits for the answer. Throws std::runtime_error with the reason of a failure, or
  /// when it is closed.
  bool ask();

  /// Waits until ask() is called. Returns false once it is closed.
  bool wait();

  /// Ignored unless wait() has returned true since the last answer.
  void answer(bool success, std::string why);

  /// Ends every call that waits now or later.
  void close();

 private:
  enum class HandoffStep { idle, asked, taken, answered, closed };
  std::mutex mutex_;
  std::condition_variable changed_;
  HandoffStep step_ = HandoffStep::idle;
  bool success_ = false;
  std::string why_;
};

/// Keeps the newest lines of the log until they are read.
class LogQueue {
 public:
  void add(std::string line);

  /// Waits for a line; nothing once the queue is closed and empty.
  std::optional<std::string> next();

  void close();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  bool closed_ = false;
};

}  // namespace heartbeat::c
