#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "command/due_times.hpp"
#include "command/line_assembler.hpp"
#include "document/document.hpp"

/// What a run of a job means: when the next one is due, and what its documents say. Pure.
namespace heartbeat::command {

/// When a job runs, and how long it may take.
struct JobPlan {
  std::chrono::milliseconds every = std::chrono::hours{24};  ///< without `due`
  std::optional<DueTimes> due{};
  std::optional<std::chrono::milliseconds> grace{};  ///< none: a tenth of the time between two runs
  std::optional<std::chrono::milliseconds> limit{};
  std::string flaw{};       ///< why the due times may be wrong; empty: they are right
  bool is_service = false;  ///< it is meant to run for ever: no run is due, and no end is good
};

/// The start of the first run that is due after `now`. `every` counts from the last start. A due
/// time that has passed while the job ran counts as that run's.
WallTime next_due(const JobPlan& plan, WallTime started, WallTime now);

/// When a run that is due at `due` is missing if it has not begun.
WallTime missing_at(const JobPlan& plan, WallTime started, WallTime due);

/// How a command ended, or why it was not started.
struct JobEnd {
  int exit_status = 0;
  int signal = 0;               ///< 0: none killed it
  std::string last_line{};      ///< of its standard error
  std::string start_failure{};  ///< empty: it was started
};

/// `exit status 3` or `killed by signal 9`.
std::string how_it_ended(const JobEnd& end);

/// What the beats say after the command has run for `elapsed`.
Reported running(const JobPlan& plan, WallTime started, std::chrono::milliseconds elapsed,
                 bool is_suspended);

/// What the last document says.
Reported finished(const JobPlan& plan, const JobEnd& end, std::chrono::milliseconds elapsed);

/// Of text that arrives in pieces: the last line that is not blank, cut after 4096 bytes. That is
/// far more than a document shows: a secret is masked only if it is whole.
class LastLine {
 public:
  LastLine();

  void add(std::string_view text);
  /// Also without a line end.
  std::string text() const;

 private:
  LineAssembler lines_;
  std::string ended_{};  ///< the last one that was not blank
};

}  // namespace heartbeat::command
