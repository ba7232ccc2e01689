#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/evaluate.hpp"
#include "document/document.hpp"
#include "heartbeat/clock.hpp"
#include "heartbeat/condition.hpp"
#include "heartbeat/schedule.hpp"

namespace heartbeat {

/// One moment, read from two clocks.
struct ClockReading {
  Time now;                                    ///< for ages and windows
  std::chrono::system_clock::time_point wall;  ///< for schedules
};

struct Evaluation {
  ClockReading at{};
  Status status = Status::healthy;    ///< by the checks alone; without checks `starting`
  std::vector<CheckReport> checks{};  ///< in the order of declaration
  Time changes_at = far_future;       ///< when the mere passing of time may change a state next
};

/// The declared checks and the state of each. No clock, no I/O; not thread-safe.
class CheckSet {
 public:
  explicit CheckSet(std::chrono::nanoseconds start_grace) : grace_{start_grace} {}

  /// Returns the check's index. Throws ConfigError for a bad check, and for more than 100.
  std::size_t add(std::string name, Severity severity, const Condition& condition);
  void set_schedule(std::size_t check, Schedule schedule);
  /// Of a check that requires an event within a time: another time.
  void set_age_limit(std::size_t check, std::chrono::nanoseconds limit);
  /// The schedules that read files, by check.
  std::map<std::size_t, Schedule> schedules_with_files() const;

  /// Starts the waiting times, which otherwise start at the first evaluation.
  void start(Time now) noexcept { started_ = now; }

  /// Evaluates every check, and sets from which event or value on a source wakes the beat thread.
  /// The memory of `reused`, the reports of an earlier evaluation, is used again.
  Evaluation evaluate(const ClockReading& at, std::vector<CheckReport> reused = {});

  /// Whether a source passed that threshold before it was set. Call it after a process barrier.
  bool outdated() const noexcept;

 private:
  struct DeclaredCheck {
    std::string name;
    Severity severity;
    Condition condition;
    CountRange range;  // of a count or a rate
    std::optional<Schedule> schedule{};
    Schedule::View view{};          // of the schedule, from view_from up to view.holds_until
    Schedule::Seconds view_from{};  // equals view.holds_until at first: no view yet
    std::optional<CheckState> state{};
    Time since{};
    Time last_passed = Time::min();
    Time last_closed = Time::min();  // when its schedule was last seen closed
  };
  /// The total of events that may change a check.
  struct EventThreshold {
    Events* events;
    std::uint64_t total;
  };
  /// The values of a gauge that change no check, both ends included.
  struct QuietRange {
    Gauge* gauge;
    double from, to;
  };
  /// Whether a check's schedule is open. Without a schedule it always is.
  struct ScheduleState {
    OpenPeriod period;
    bool open = true;
    Time changes_at = far_future;  // when it next opens or closes
  };

  ScheduleState schedule_state_of(DeclaredCheck& check, const ClockReading& at) const;
  static CheckReport report_of(const DeclaredCheck& check, const CheckResult& result,
                               const ClockReading& at, CheckReport reused);
  void set_threshold(const DeclaredCheck& check, const CheckResult& result, std::uint64_t total);
  void narrow_quiet_range(const DeclaredCheck& check);

  std::chrono::nanoseconds grace_;
  std::optional<Time> started_;
  std::vector<DeclaredCheck> checks_;
  std::vector<EventThreshold> thresholds_;
  std::vector<QuietRange> quiet_ranges_;
};

}  // namespace heartbeat
