#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/evaluate.hpp"
#include "document/document.hpp"
#include "heartbeat/clock.hpp"
#include "heartbeat/condition.hpp"
#include "heartbeat/schedule.hpp"

namespace heartbeat {

/// A moment on both clocks: ages and windows run on the first, schedules on the
/// second.
struct ClockReading {
  Time now;
  std::chrono::system_clock::time_point wall;
};

/// All checks of a service at one moment.
struct Evaluation {
  Status status = Status::healthy;    ///< what the checks come to; `starting` without any
  std::vector<CheckReport> checks{};  ///< in the order of declaration
  Time changes_at = far_future;       ///< when time alone may change something next
};

/// The declared checks, and since when each is in its state. Neither clock nor
/// I/O; one caller at a time.
class CheckSet {
 public:
  explicit CheckSet(std::chrono::nanoseconds start_grace) : grace_{start_grace} {}

  /// Returns the check's index. Throws ConfigError for a bad or repeated name,
  /// and for one too many.
  std::size_t add(std::string name, Severity severity, const Condition& condition);
  void set_schedule(std::size_t check, Schedule schedule);

  /// From when on checks wait for their data. Until then: from the first evaluation.
  void start(Time now) noexcept { started_ = now; }

  /// Evaluates every check, and has the sources tell when something happens
  /// that may change one.
  Evaluation evaluate(const ClockReading& moment);

  /// Whether something happened that evaluate() may have missed while it ran.
  /// To be asked behind a memory barrier of the whole process.
  bool outdated() const noexcept;

 private:
  struct DeclaredCheck {
    std::string name;
    Severity severity;
    Condition condition;
    CountRange range;  // of a count or a rate
    std::optional<Schedule> schedule{};
    Schedule::View view{};          // what the schedule says from view_from up to view.holds_until
    Schedule::Seconds view_from{};  // as late at first as view.holds_until: nothing is known
    std::optional<CheckState> state{};
    Time since{};
    Time last_passed = Time::min();
    Time last_closed = Time::min();  // when its schedule was last seen closed
  };
  struct Announced {
    Events* events;
    std::uint64_t at;
  };
  struct Quiet {
    Gauge* gauge;
    double from, to;
    bool contains(double value) const noexcept { return value >= from && value <= to; }
  };

  /// Where a check stands in its schedule; without one it is always open.
  struct ScheduleState {
    OpenPeriod frame;
    bool open = true;
    Time changes_at = far_future;  // when it next opens or closes
  };

  ScheduleState schedule_state_of(DeclaredCheck& check, Time started,
                                  const ClockReading& moment) const;
  static const Schedule::View& view_of(DeclaredCheck& check, const ClockReading& moment);
  static Status consequence(Severity severity, CheckState state, const ScheduleState& session);
  static CheckReport report_of(const DeclaredCheck& check, const CheckResult& finding,
                               const ClockReading& moment);
  void announce(const DeclaredCheck& check, const CheckResult& finding, std::uint64_t total);
  void keep_quiet(const DeclaredCheck& check);

  std::chrono::nanoseconds grace_;
  std::optional<Time> started_;
  std::vector<DeclaredCheck> checks_;
  std::vector<Announced> announced_;
  std::vector<Quiet> quiet_;
};

}  // namespace heartbeat
