#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "history/timeline.hpp"

/// What one observer remembers, and what it has to write to Redis. Pure.
namespace probe {

struct Moment {
  heartbeat::WallTime wall{};
  std::chrono::steady_clock::time_point steady{};
};

/// A reading of the services, as an observer sees it.
struct ObservedReading {
  const ReadingChanges& changes;
  std::span<const ChangeDetector::LastState> states;  ///< after it
  bool is_read = false;                               ///< Redis, or the file, could be read
  Moment began{};
  Moment ended{};
};

/// An entry that a stream has to get. The id is its own, so that it can be sent again.
struct StreamWrite {
  std::string key{};
  std::string id{};
  std::string json{};
  std::size_t max_entries = 0;
  std::optional<heartbeat::WallTime> oldest{};  ///< trim by age instead

  bool operator==(const StreamWrite&) const = default;
};

class Recorder {
 public:
  /// In the stream of a service, of its changes.
  static constexpr std::size_t max_entries = 1000;
  static constexpr std::chrono::hours max_history{31 * 24};
  /// A pause between two readings that is longer was not watched.
  static constexpr std::chrono::seconds max_pause{3};
  /// How far the wall clock may go astray from one reading to the next.
  static constexpr std::chrono::seconds max_step{1};
  static constexpr std::chrono::seconds watch_interval{10};
  static constexpr std::chrono::hours keep_interval{1};

  /// `new_id` gives an observer's id, and another one after the clock was set. `first_number` is
  /// random: it tells the ids of this process in a stream from those of others.
  Recorder(std::string prefix, std::function<std::string()> new_id, std::uint64_t first_number);

  void note(const ObservedReading& observation);

  /// What is to be written, the oldest first.
  const std::deque<StreamWrite>& pending() const noexcept { return pending_; }
  /// The first ones are written, or never will be.
  void written(std::size_t count);
  /// The latest watched time in Redis; if that is gone, everything is. Empty: none yet.
  const StreamWrite& last_watched() const noexcept { return last_watched_; }
  /// Redis came back empty: writes again all that is remembered.
  void restore();
  /// Writes what of `recent` is not in `kept`: its own, and that of observers that have ended.
  void keep(const std::vector<WatchedTime>& recent, const std::vector<WatchedTime>& kept,
            heartbeat::WallTime now);
  /// Whether keep() is due.
  bool is_keeping_due(std::chrono::steady_clock::time_point now) const noexcept;

  /// What is remembered of the service and its replicas, up to the last reading.
  History history_of(std::string_view service) const;
  const std::string& id() const noexcept { return id_; }

 private:
  void begin_as_another(const Moment& began);
  void end_watch();
  void remember(HistoryEntry entry);
  void write(std::string key, std::string json, heartbeat::WallTime at, std::size_t max);
  void write_entry(const HistoryEntry& entry);
  void write_watch(const WatchedTime& watch, const Moment& now);
  bool is_stepped(const Moment& began) const;

  std::string prefix_;
  std::function<std::string()> new_id_;
  std::uint64_t next_number_;
  std::string id_{};
  std::optional<Moment> born_{};  ///< when it got its id; nothing: before the first reading
  std::optional<Moment> last_began_{};
  std::optional<Moment> last_ended_{};
  std::optional<WatchedTime> watch_{};                                      ///< that goes on
  std::vector<WatchedTime> watches_{};                                      ///< that have ended
  std::map<std::string, std::deque<HistoryEntry>, std::less<>> entries_{};  ///< by service
  std::deque<StreamWrite> pending_{};
  StreamWrite last_watched_{};
  std::optional<std::chrono::steady_clock::time_point> watch_written_{};
  std::optional<std::chrono::steady_clock::time_point> kept_{};
};

}  // namespace probe
