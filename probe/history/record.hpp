#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/change.hpp"

/// What observers write down of services, as docs/history.md specifies it. Pure.
namespace probe {

/// What an observer saw of a service: `to` from `at` on and, if there was a state before, `from`
/// from `since` until then. Of a replica, it is in the history of its service.
struct HistoryEntry {
  std::string observer{};
  std::string service{};
  heartbeat::WallTime at{};
  std::optional<Reason> from{};
  std::optional<heartbeat::WallTime> since{};
  std::optional<Reason> to{};  ///< nothing: the service is gone
  std::string text{};          ///< the cause

  bool operator==(const HistoryEntry&) const = default;
};

/// A time in which an observer read the services without a pause.
struct WatchedTime {
  std::string observer{};
  heartbeat::WallTime from{};
  heartbeat::WallTime to{};

  bool operator==(const WatchedTime&) const = default;
};

/// The text of an entry is cut to this many bytes.
inline constexpr std::size_t max_cause_bytes = 200;

HistoryEntry entry_of(const VerdictChange& change, const std::string& observer);

/// JSON on one line.
std::string encode(const HistoryEntry& entry);
std::string encode(const WatchedTime& watch);

/// Nothing for text of another form. Fields that are not known are ignored.
std::optional<HistoryEntry> entry_from(std::string_view json);
std::optional<WatchedTime> watch_from(std::string_view json);

/// Beside the streams of the services, one with the watched times of the last hours, which are
/// often written again, and one with all.
inline constexpr std::string_view recent_watches = ":watching";
inline constexpr std::string_view kept_watches = ":watched";

/// The only field of each entry in a stream.
inline constexpr std::string_view stream_field = "json";

/// An entry of a stream, from the reply to XRANGE.
struct StreamEntry {
  std::string id{};
  std::string json{};
};
/// `words` are ids, fields and values in turn, without their nesting. Entries with another field,
/// or with several, are left out.
std::vector<StreamEntry> stream_entries(const std::vector<std::string>& words);

/// The watches, joined where those of one observer touch, sorted by observer and time.
std::vector<WatchedTime> joined(std::vector<WatchedTime> watches);

}  // namespace probe
