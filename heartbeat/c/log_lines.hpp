#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace heartbeat::c {

/// The newest lines of the log, until somebody reads them. Thread-safe.
class LogLines {
 public:
  void add(std::string line);

  /// Waits for a line; nothing once it is closed and all are read.
  std::optional<std::string> next();

  void close();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  bool closed_ = false;
};

}  // namespace heartbeat::c
