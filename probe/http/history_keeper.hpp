#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "fetch/history.hpp"
#include "history/recorder.hpp"

namespace probe::http {

/// Keeps the history of the services: in memory and, if it may, in Redis. Used in one thread.
class HistoryKeeper {
 public:
  using OnChange = std::function<void(const std::optional<Problem>&, heartbeat::WallTime)>;

  /// `on_change` is told once why the history is kept in memory only, and that it no longer is.
  HistoryKeeper(std::string prefix, bool writes, OnChange on_change);

  /// After each reading. Without a client, nothing is written.
  void note(const ObservedReading& observation, redis::Client* client,
            const redis::Deadline& deadline);

  /// What is known of the service: from memory and, if it can be read, from Redis.
  History history_of(std::string_view service, redis::Client* client,
                     const redis::Deadline& deadline);

 private:
  tl::expected<void, Problem> write(redis::Client& client, const Moment& now,
                                    const redis::Deadline& deadline);
  const std::vector<WatchedTime>& watches(redis::Client& client, const redis::Deadline& deadline);

  std::string prefix_;
  bool writes_;
  OnChange on_change_;
  Recorder recorder_;
  bool is_refused_ = false;  ///< until Redis was lost and found
  bool is_told_ = false;
  std::vector<WatchedTime> watches_{};  ///< in Redis, of all observers
  std::chrono::steady_clock::time_point watches_read_{};
};

}  // namespace probe::http
