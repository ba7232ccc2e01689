#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/callback.hpp"
#include "checks/check_set.hpp"
#include "document/document.hpp"
#include "heartbeat/clock.hpp"
#include "heartbeat/detail/waker.hpp"
#include "heartbeat/source.hpp"
#include "writer/config.hpp"

namespace heartbeat {

inline constexpr std::size_t max_reason_bytes = 1000;

struct ServiceSnapshot {
  Document document;  ///< without `sequence` and `writer`
  Time changes_at;    ///< when the mere passing of time may change a state next
};

/// What a service declared, marked and reported. Thread-safe; its lock is never held during I/O.
class ServiceState {
 public:
  /// `waker` ends the sleep of every beat thread. The arguments must outlive this.
  ServiceState(const ResolvedConfig& config, const Clock& clock, detail::Waker& waker);

  Flag& add_flag() { return add(flags_, waker_); }
  Gauge& add_gauge() { return add(gauges_, waker_); }
  Events& add_activity() { return add(activities_, waker_, clock_, Events::Missing::previous); }
  Events& add_errors() { return add(errors_, waker_, clock_, Events::Missing::next); }
  Callback& add_callback(std::function<bool()> test, Polling polling, std::function<bool()> begun);

  /// Both throw ConfigError after start().
  std::size_t add_check(std::string name, Severity severity, const Condition& condition);
  void set_schedule(std::size_t check, const Schedule& schedule);

  /// The schedules that read files, by check.
  std::map<std::size_t, Schedule> schedules_with_files() const;
  /// After start(): the schedule of the check, whose files were read again.
  void replace_schedule(std::size_t check, const Schedule& schedule);

  /// After start(): another limit of a check of an age. Throws ConfigError unless it is positive.
  void set_age_limit(std::size_t check, std::chrono::nanoseconds limit);

  void report(Status status, std::string_view reason);

  /// Counts messages of others that had no effect.
  void count_refused_message() noexcept { refused_messages_.fetch_add(1); }

  /// Ends the sleep of every beat thread.
  void wake() noexcept { waker_.wake(); }

  /// Starts the waiting times of the checks.
  void start();

  /// For a forked child that starts: the sources become its own copies, and it another instance.
  void leave_parent();

  /// Evaluates every check. With a file two threads take snapshots, but a source wakes only for the
  /// threshold of the latest one: a snapshot that finds a changed state wakes both threads.
  /// The memory of `reused`, the document of an earlier snapshot, is used again.
  ServiceSnapshot snapshot(Document reused = {});

  Document farewell() const;

  const Instance& instance() const noexcept { return instance_; }

  /// Does not change after start().
  std::deque<Callback>& callbacks() noexcept { return callbacks_; }

 private:
  template <typename Source, typename... Arguments>
  Source& add(std::deque<Source>& sources, Arguments&&... arguments) {
    const std::lock_guard lock{mutex_};
    return sources.emplace_back(std::forward<Arguments>(arguments)...);
  }
  void require_not_started(const std::string& what) const;
  Evaluation evaluate(std::vector<CheckReport> reused);
  Document document_at(const ClockReading& at, Document reused = {}) const;

  const ResolvedConfig& config_;
  const Clock& clock_;
  detail::Waker& waker_;
  Instance instance_;
  const std::string boot_id_;

  std::atomic<std::uint64_t> refused_messages_{0};
  mutable std::mutex mutex_;
  std::optional<Time> started_;
  std::optional<Reported> reported_;
  CheckSet checks_;
  std::vector<CheckState> seen_;  // in the latest snapshot
  // Deques, because the host has references to the elements.
  std::deque<Flag> flags_;
  std::deque<Gauge> gauges_;
  std::deque<Events> activities_;
  std::deque<Events> errors_;
  std::deque<Callback> callbacks_;
};

}  // namespace heartbeat
