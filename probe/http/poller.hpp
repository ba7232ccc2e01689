#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/options.hpp"
#include "core/change.hpp"
#include "core/roster.hpp"
#include "http/fleet_snapshot.hpp"
#include "http/history_keeper.hpp"
#include "redis/client.hpp"
#include "redis/config.hpp"

namespace probe::http {

/// Polls Redis, the file or both, one poll at a time, in its own thread, because reading may block.
class SnapshotPoller {
 public:
  using OnSnapshot = std::function<void(FleetSnapshot)>;  ///< called in the poller's thread
  using OnHistory = std::function<void(History)>;         ///< so is this
  /// What changed since the poll before; called in the poller's thread, after OnSnapshot.
  using OnChanges = std::function<void(const ReadingChanges&)>;
  /// Why the silences cannot be read; called once until they can be, in the poller's thread.
  using OnProblem = std::function<void(const Problem&, WallTime)>;
  /// So many requests for a history wait at most.
  static constexpr std::size_t max_histories = 64;

  /// The options and the keeper, which may be null, must outlive the poller.
  SnapshotPoller(const CommonOptions& options, redis::Environment environment,
                 OnChanges on_changes = {}, HistoryKeeper* keeper = nullptr,
                 OnProblem on_silences_problem = {});
  /// Ends the process if the poll cannot be cancelled; see stop().
  ~SnapshotPoller();

  /// Starts a poll of the services of the options and of `on_demand`. Returns at once.
  void start(std::vector<std::string> on_demand, OnSnapshot deliver);
  /// Reads the history of a service when no poll is running. Returns at once; false: too many wait.
  bool start_history(std::string service, OnHistory deliver);
  /// Cancels the poll and waits for 500 ms. False: it still hangs, in a lookup or a file system.
  bool stop();

 private:
  using PollRequest = std::pair<std::vector<std::string>, OnSnapshot>;

  void run();
  void poll_and_note(const PollRequest& request);
  redis::Deadline deadline() const;
  FleetSnapshot poll(std::vector<std::string> on_demand);
  FleetReport read(FleetQuery& query);
  void tell_silences_problem(const FleetSnapshot& snapshot);

  const CommonOptions& options_;
  redis::Environment environment_;
  std::optional<redis::Client> client_;
  OnChanges on_changes_;
  HistoryKeeper* keeper_;
  OnProblem on_silences_problem_;
  bool is_silences_problem_told_ = false;
  ChangeDetector detector_;
  std::shared_ptr<const std::vector<ChangeDetector::LastState>> states_;  ///< those of the detector
  Roster memory_;  ///< every name that was seen, unless it was forgotten
  int cancel_;     ///< readable: the poll is cancelled
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<PollRequest> next_;
  std::deque<std::pair<std::string, OnHistory>> histories_;
  bool stopping_ = false;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace probe::http
