#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/options.hpp"
#include "http/fleet_snapshot.hpp"
#include "redis/client.hpp"
#include "redis/config.hpp"

namespace probe::http {

/// What every poll asks: the services and the limits of the options.
FleetQuery query_from(const CommonOptions& options);

/// Reads the services from Redis, from the file, or from both, in a thread of its own, since that
/// may block. One poll at a time.
class SnapshotPoller {
 public:
  using OnSnapshot = std::function<void(FleetSnapshot)>;  ///< called in the poller's thread

  /// The options must outlive the poller.
  SnapshotPoller(const CommonOptions& options, heartbeat::redis::Environment environment);
  /// Ends the process where the poll cannot be cancelled; see stop().
  ~SnapshotPoller();
  SnapshotPoller(const SnapshotPoller&) = delete;
  SnapshotPoller& operator=(const SnapshotPoller&) = delete;

  /// Starts a poll of the options' services and of these. Returns at once.
  void start(std::vector<std::string> on_demand, OnSnapshot deliver);
  /// Cancels the poll and waits for its end, 500 ms at most. False: it goes on, in a name lookup or
  /// in a file system that hangs.
  bool stop();

 private:
  void run();
  FleetSnapshot poll(std::vector<std::string> on_demand);
  FleetReport read(const FleetQuery& query);

  const CommonOptions& options_;
  heartbeat::redis::Environment environment_;
  std::optional<heartbeat::redis::Client> client_;
  int cancel_;  ///< readable: the poll is cancelled
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::pair<std::vector<std::string>, OnSnapshot>> next_;
  bool stopping_ = false;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace probe::http
