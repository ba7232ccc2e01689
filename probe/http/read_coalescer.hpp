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

/// The services that were asked for by name lately, and therefore are read with every poll.
/// Bounded, so that random names cost neither memory nor Redis: a new name replaces the one
/// that was not asked for the longest.
class OnDemandServices {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::size_t max_services = 32;
  static constexpr std::chrono::seconds lifetime{60};

  void add(std::string_view name, TimePoint now);
  /// The names of the last `lifetime`, the latest first.
  std::vector<std::string> names(TimePoint now);

 private:
  struct Entry {
    std::string name;
    TimePoint requested;
  };
  std::list<Entry> entries_;
};

/// Lets all requests of a moment share one poll, and starts at most one poll a second. Pure: the
/// caller has the clock and the poller, reports what happened, and then acts on next_poll()
/// and next_expiry(), which may have changed.
class ReadCoalescer {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Deliver = std::function<void(std::shared_ptr<const FleetSnapshot>)>;
  /// How old a snapshot may be that serves a new request, from the beginning of its poll on.
  static constexpr std::chrono::seconds max_age{1};

  /// A request waits for `patience` at most. The query is the one of every poll.
  ReadCoalescer(FleetQuery query, std::chrono::milliseconds patience);

  /// Serves a request about the fleet, or about one service if its name is not empty: with the
  /// latest snapshot if it is young enough and covers the service, otherwise with the next one
  /// that does.
  void request(std::string_view service, Deliver deliver, TimePoint now);

  /// When a poll has to begin; nothing: no request waits, or a poll is under way.
  std::optional<TimePoint> next_poll() const;
  /// A poll begins. Returns the services to be read beside the selection.
  std::vector<std::string> begin(TimePoint now);
  /// Delivers a snapshot to every waiting request that it covers.
  void complete(FleetSnapshot snapshot);

  /// When the first request has waited long enough; nothing: no request waits.
  std::optional<TimePoint> next_expiry() const;
  /// Answers each request that has waited long enough: Redis has not answered, at `wall`.
  void expire(TimePoint now, WallTime wall);

 private:
  struct Waiter {
    TimePoint until;
    std::string service;
    Deliver deliver;
  };

  std::vector<std::string> names_of_waiters() const;

  FleetQuery query_;
  std::chrono::milliseconds patience_;
  OnDemandServices on_demand_;
  std::list<Waiter> waiters_;  ///< in the order of their ends: all wait equally long
  std::shared_ptr<const FleetSnapshot> latest_;
  TimePoint latest_began_{};
  std::optional<TimePoint> running_since_;  ///< of the poll under way
  std::vector<std::string> known_;          ///< the services of the last poll that Redis answered
};

}  // namespace probe::http
