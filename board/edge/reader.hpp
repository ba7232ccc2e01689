#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "board/core/reading.hpp"
#include "cli/options.hpp"
#include "redis/client.hpp"
#include "redis/environment.hpp"

namespace board {

/// Asks Redis, in a thread of its own: that may block. One question at a time.
class Reader {
 public:
  using Tell = std::function<void(Reading)>;  ///< called in the reader's thread

  Reader(const probe::BoardOptions& options, heartbeat::redis::Environment environment);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void ask(std::vector<std::string> guests, Tell tell);
  /// Gives a question up; false when that cannot be done: a name lookup hangs.
  bool stop();

 private:
  void work();
  Reading read(const std::vector<std::string>& guests);
  Reading unanswered(const std::vector<std::string>& guests, const probe::Problem& problem) const;
  Reading read_from(heartbeat::redis::Client& client, const std::vector<std::string>& guests);

  const probe::BoardOptions& options_;
  heartbeat::redis::Environment environment_;
  std::optional<heartbeat::redis::Client> client_;
  std::vector<std::string> known_;  ///< whom the roster named last, for when it cannot be asked
  int cancel_ = -1;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::pair<std::vector<std::string>, Tell>> question_;
  bool stopping_ = false;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace board
