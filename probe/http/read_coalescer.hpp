#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/fleet_snapshot.hpp"

namespace probe::http {

/// Services that were requested by name in the last minute, which every poll reads. A new name
/// replaces the oldest, so that requests with random names do not load Redis.
class OnDemandServices {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::size_t max_services = 32;
  static constexpr std::chrono::seconds lifetime{60};

  void add(std::string_view name, TimePoint now);
  /// The names that were requested within `lifetime`, the latest first.
  std::vector<std::string> names(TimePoint now);

 private:
  struct Entry {
    std::string name;
    TimePoint requested;
  };
  std::list<Entry> entries_;
};

/// Polls once a second, so that no change is missed, and serves all requests that arrive together
/// from one poll. Pure: the caller owns the clock and the poller. Each call may change next_poll()
/// and next_expiry().
class ReadCoalescer {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Deliver = std::function<void(std::shared_ptr<const FleetSnapshot>)>;
  /// Maximum age of a snapshot for a new request, counted from the beginning of its poll.
  static constexpr std::chrono::seconds max_age{1};

  /// A request waits for `patience` at most. `query` is the query of every poll.
  ReadCoalescer(FleetQuery query, std::chrono::milliseconds patience);

  /// Adds a request for the fleet, or for one service if `service` is not empty. Delivers the
  /// latest snapshot at once if it is young and covers the service, otherwise the next that does.
  void request(std::string_view service, Deliver deliver, TimePoint now);

  /// When the next poll is due. Without a waiting request, polls take half of the time at most.
  /// Nothing: a poll is running.
  std::optional<TimePoint> next_poll() const;
  /// A poll begins. Returns the services to read in addition to the selection.
  std::vector<std::string> begin(TimePoint now);
  /// Delivers a snapshot to every waiting request that it covers.
  void complete(FleetSnapshot snapshot);

  std::optional<TimePoint> next_expiry() const;
  /// Answers each expired request with the reason `timeout`. `wall` is the time of the answer.
  void expire(TimePoint now, WallTime wall);

 private:
  struct Waiter {
    TimePoint until;
    std::string service;
    Deliver deliver;
  };

  bool covers(std::string_view service) const;  ///< the latest snapshot
  std::vector<std::string> names_of_waiters() const;

  FleetQuery query_;
  std::chrono::milliseconds patience_;
  OnDemandServices on_demand_;
  std::list<Waiter> waiters_;  ///< in the order of `until`: all wait equally long
  std::shared_ptr<const FleetSnapshot> latest_;
  std::shared_ptr<const FleetSnapshot> last_known_;  ///< the latest without a problem
  TimePoint latest_began_{};
  std::optional<TimePoint> running_since_;  ///< beginning of the running poll
  std::vector<std::string> known_;          ///< services of the last successful poll
};

}  // namespace probe::http
