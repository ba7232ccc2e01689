#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/verdict.hpp"
#include "render/render.hpp"

/// The content of --watch and its changes from reading to reading. Pure.
namespace probe {

/// On the monotonic clock.
using SteadyTime = std::chrono::steady_clock::time_point;

struct WatchReading {
  std::vector<Verdict> verdicts;
  std::string place;  ///< the keys and the Redis server, for people; without secrets
  SteadyTime at;
};

/// The time since which a state has lasted, by the service's document or by the readings.
struct Since {
  SteadyTime at{};
  bool is_known = false;  ///< false: it may have begun earlier, before the first reading
};

struct TableRow {
  const Verdict* verdict = nullptr;
  Since since;
};

/// Whether at least one verdict comes from an answer of Redis.
bool is_answered(const WatchReading& result) noexcept;
/// Why none does; nothing if one does, or if there is no verdict.
std::optional<Problem> problem_of(const WatchReading& result);

class StatusTable {
 public:
  StatusTable() = default;
  StatusTable(const StatusTable&) = delete;
  StatusTable& operator=(const StatusTable&) = delete;

  /// Adds a result. One without an answer leaves the rows unchanged and sets problem(). A verdict
  /// lasts as long as its reason. Ends the program when memory is exhausted.
  void update(WatchReading&& result) noexcept;

  bool has_result() const noexcept { return has_result_; }
  /// Worst first, then by name. Valid until the next result.
  std::span<const TableRow> rows() const noexcept { return rows_; }
  const Counts& counts() const noexcept { return counts_; }
  /// The time at which the rows were read, to which their ages refer.
  SteadyTime found_at() const noexcept { return found_at_; }
  bool is_current() const noexcept { return current_; }
  /// Why Redis was unreachable or returned an error at the last result; null if it answered.
  const Verdict* problem() const noexcept {
    return problem_.reason == Reason::healthy ? nullptr : &problem_;
  }
  Since problem_since() const noexcept { return problem_since_; }
  const std::string& place() const noexcept { return place_; }

 private:
  void update_rows(WatchReading&& result, bool was_current) noexcept;

  std::vector<Verdict> verdicts_;
  std::vector<TableRow> rows_;  ///< point into verdicts_
  Counts counts_{};
  SteadyTime found_at_{};
  bool current_ = false;
  Verdict problem_{.service = "Redis", .reason = Reason::healthy};
  Since problem_since_;
  std::string place_;
  bool has_result_ = false;
};

}  // namespace probe
