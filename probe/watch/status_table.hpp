#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/verdict.hpp"
#include "render/lines.hpp"

/// What --watch shows, from one reading of the services to the next. Pure.
namespace probe {

/// On the monotonic clock.
using SteadyTime = std::chrono::steady_clock::time_point;

/// One reading of the services.
struct WatchReading {
  std::vector<Verdict> verdicts;
  std::string place;  ///< the keys and the Redis, for people; without secrets
  SteadyTime at;
};

/// Since when something is as it is.
struct Since {
  SteadyTime at{};
  bool is_known = false;  ///< false: it was so already when it was first read
};

/// One service of the table.
struct TableRow {
  const Verdict* verdict = nullptr;
  Since since;
};

/// Whether the result tells anything about at least one service, beyond that Redis could not
/// be asked.
bool is_answered(const WatchReading& result) noexcept;

class StatusTable {
 public:
  StatusTable() = default;
  StatusTable(const StatusTable&) = delete;
  StatusTable& operator=(const StatusTable&) = delete;

  /// Takes in a result. One without an answer leaves the rows as they are, and says why they are
  /// not current. A verdict lasts as long as its reason stays the same; when it began is known if
  /// the result before had an answer, too. Ends the program when memory is exhausted.
  void note(WatchReading&& result) noexcept;

  /// Whether there was a result.
  bool has_result() const noexcept { return has_result_; }
  /// Worst first, then by name. Valid until the next result.
  std::span<const TableRow> rows() const noexcept { return rows_; }
  /// How many services have each verdict.
  const Counts& counts() const noexcept { return counts_; }
  /// When the rows were read: their ages are as of then.
  SteadyTime found_at() const noexcept { return found_at_; }
  /// Whether the last result had an answer.
  bool is_current() const noexcept { return current_; }
  /// Why Redis could not be asked for the last result; null: it could.
  const Verdict* problem() const noexcept {
    return problem_.reason == Reason::healthy ? nullptr : &problem_;
  }
  /// Since when it could not be asked.
  Since problem_since() const noexcept { return problem_since_; }
  const std::string& place() const noexcept { return place_; }

  /// Whether the last result changed more than ages and texts: a verdict, the set of services,
  /// or the problem with Redis.
  bool is_changed() const noexcept { return changed_; }
  /// Whether the last result changed or added this row.
  bool is_changed(const TableRow& row) const noexcept {
    return current_ && row.since.at == found_at_;
  }
  /// The services that the last result removed: they are off the roster.
  std::span<const std::string> gone() const noexcept { return gone_; }

 private:
  void note_verdicts(WatchReading&& result, bool was_current) noexcept;

  std::vector<Verdict> verdicts_;
  std::vector<TableRow> rows_;  ///< point into verdicts_
  Counts counts_{};
  SteadyTime found_at_{};
  bool current_ = false;
  Verdict problem_{.service = "Redis", .reason = Reason::healthy};
  Since problem_since_;
  std::string place_;
  bool has_result_ = false;
  bool changed_ = false;
  std::vector<std::string> gone_;
};

}  // namespace probe
