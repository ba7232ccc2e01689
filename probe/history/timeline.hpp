#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "history/record.hpp"

/// What several observers saw of a service becomes one history. Pure.
namespace probe {

/// A time in which one state lasted. Without a reason nobody watched: the state is unknown.
struct Period {
  heartbeat::WallTime from{};
  heartbeat::WallTime to{};
  std::optional<Reason> reason{};
  std::string text{};

  bool operator==(const Period&) const = default;
};

/// The records of one service, in any order, as often as they come.
struct History {
  std::vector<HistoryEntry> entries{};
  std::vector<WatchedTime> watches{};
};

/// The time from `from` to `to`, without a gap or an overlap. Where observers differ, the worst
/// counts. A state is known only while an observer that has seen it watches.
std::vector<Period> timeline(const History& history, std::string_view service,
                             heartbeat::WallTime from, heartbeat::WallTime to);

/// The names that the entries are about, sorted, each once.
std::vector<std::string> members_in(const History& history);

struct Uptime {
  std::chrono::milliseconds watched{};
  std::chrono::milliseconds up{};  ///< of the watched time, that in which the verdict passed

  bool operator==(const Uptime&) const = default;
};

Uptime uptime(std::span<const Period> intervals, const ExitPolicy& exit_policy);

}  // namespace probe
