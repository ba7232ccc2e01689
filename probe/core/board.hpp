#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/lines.hpp"
#include "core/verdict.hpp"

/// What a board of services shows, from one look at them to the next. Pure.
namespace probe {

/// On a clock that nobody sets.
using Moment = std::chrono::steady_clock::time_point;

/// What came of one look at the services.
struct Look {
  std::vector<Verdict> verdicts;
  std::string place;  ///< whose keys, and where: for people, without secrets
  Moment at;
};

/// Since when something is as it is.
struct Since {
  Moment at{};
  bool is_known = false;  ///< else it was so already when it was first seen
};

/// One service.
struct Row {
  const Verdict* verdict = nullptr;
  Since since;
};

/// Whether it found out anything: of at least one service something else than that Redis could
/// not be asked.
bool is_answered(const Look& look) noexcept;

class Board {
 public:
  Board() = default;
  Board(const Board&) = delete;
  Board& operator=(const Board&) = delete;

  /// Takes in a look. One that found out nothing leaves the rows as they are, and says why
  /// they are not current. A service has its verdict for as long as word and reason stay;
  /// from when on is known where the look before this one found out something, too.
  /// Ends the program where there is no memory.
  void note(Look&& look) noexcept;

  /// Whether there was a look.
  bool has_looked() const noexcept { return looked_; }
  /// Worst first, then by name. Valid until the next look.
  std::span<const Row> rows() const noexcept { return rows_; }
  /// How many services there are.
  const Counts& counts() const noexcept { return counts_; }
  /// When the rows were found, to which their ages belong.
  Moment found_at() const noexcept { return found_at_; }
  /// The last look found out something.
  bool is_current() const noexcept { return current_; }
  /// Why Redis could not be asked at the last look; null: it could.
  const Verdict* problem() const noexcept {
    return problem_.reason == Reason::healthy ? nullptr : &problem_;
  }
  /// Since when it could not.
  Since problem_since() const noexcept { return problem_since_; }
  const std::string& place() const noexcept { return place_; }

  /// Whether the last look changed more than ages and texts: a verdict, a service, or what is
  /// wrong with Redis.
  bool is_changed() const noexcept { return changed_; }
  /// Whether the last look changed this row, or brought it.
  bool is_changed(const Row& row) const noexcept { return current_ && row.since.at == found_at_; }
  /// The services whose rows the last look took away: they are off the roster.
  std::span<const std::string> gone() const noexcept { return gone_; }

 private:
  void note_verdicts(Look&& look, bool was_current) noexcept;

  std::vector<Verdict> verdicts_;
  std::vector<Row> rows_;  ///< of them
  Counts counts_{};
  Moment found_at_{};
  bool current_ = false;
  Verdict problem_{.service = "Redis", .reason = Reason::healthy};
  Since problem_since_;
  std::string place_;
  bool looked_ = false;
  bool changed_ = false;
  std::vector<std::string> gone_;
};

}  // namespace probe
