#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "checks/callback.hpp"
#include "checks/check_set.hpp"
#include "document/document.hpp"
#include "heartbeat/clock.hpp"
#include "heartbeat/detail/waker.hpp"
#include "heartbeat/source.hpp"
#include "writer/config.hpp"

namespace heartbeat {

/// What a service declared and reported, and the document that follows from it.
/// Thread-safe; its lock is never held during I/O.
class ServiceState {
 public:
  ServiceState(const ResolvedConfig& settings, const Clock& clock, detail::Waker& waker);

  Flag& add_flag();
  Gauge& add_gauge();
  Events& add_activity();
  Events& add_errors();
  Callback& add_callback(std::function<bool()> test, Polling polling);

  /// Throw ConfigError once the service has started.
  std::size_t add_check(std::string name, Severity severity, const Condition& condition);
  void set_schedule(std::size_t check, const Schedule& schedule);

  void report(Status status, std::string_view reason);

  /// Waits count from here; false if it had started before.
  bool start();

  struct Snapshot {
    Document document;  ///< all but `sequence` and `writer`
    Time taken;         ///< on the service's clock
    Time changes_at;    ///< when time alone may change something next
  };
  /// Where two threads look, it wakes both if a check's state is another than in the
  /// snapshot before: who looks first takes the sources' call.
  Snapshot snapshot();

  /// The last document of a clean stop.
  Document farewell() const;

  const Instance& instance() const noexcept { return instance_; }

  /// Fixed once started.
  std::deque<Callback>& callbacks() noexcept { return callbacks_; }

 private:
  void demand_not_started(const std::string& what) const;
  Document blank(const ClockReading& moment) const;
  Evaluation evaluate(ClockReading& moment);
  void sum_up_sources(const ClockReading& moment, Document& document) const;

  const std::string name_;
  const std::chrono::milliseconds interval_;
  const std::chrono::seconds ttl_;
  const Instance instance_;
  const std::string boot_id_;
  const bool two_look_;  // a thread for Redis, and one for the file
  const Clock& clock_;
  detail::Waker& waker_;

  mutable std::mutex mutex_;
  std::optional<Time> started_;
  std::optional<Reported> reported_;
  CheckSet checks_;
  std::vector<CheckState> seen_;  // in the newest snapshot
  // Deques, because references to what they hold are given away.
  std::deque<Flag> flags_;
  std::deque<Gauge> gauges_;
  std::deque<Events> activities_;
  std::deque<Events> errors_;
  std::deque<Callback> callbacks_;
};

}  // namespace heartbeat
