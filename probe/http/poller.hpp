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

/// The query of every poll: the services and limits from the options.
FleetQuery query_from(const CommonOptions& options);

/// Reads the services from Redis, from the file, or from both, in its own thread, because reading
/// may block. One poll at a time.
class SnapshotPoller {
 public:
  using OnSnapshot = std::function<void(FleetSnapshot)>;  ///< called in the poller's thread

  /// The options must outlive the poller.
  SnapshotPoller(const CommonOptions& options, heartbeat::redis::Environment environment);
  /// Ends the process if the poll cannot be cancelled; see stop().
  ~SnapshotPoller();
  SnapshotPoller(const SnapshotPoller&) = delete;
  SnapshotPoller& operator=(const SnapshotPoller&) = delete;

  /// Starts a poll of the services of the options and of `on_demand`. Returns at once.
  void start(std::vector<std::string> on_demand, OnSnapshot deliver);
  /// Cancels the poll and waits for its end, 500 ms at most. False: the poll still hangs, in a name
  /// lookup or in a file system.
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
