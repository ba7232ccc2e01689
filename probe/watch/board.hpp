#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "document/document.hpp"
#include "watch/draw_table.hpp"
#include "watch/keys.hpp"
#include "watch/status_table.hpp"

namespace probe {

/// What --watch shows of a table: its rows, of which one may be selected and of which a filter may
/// leave out some; the checks of one service; or the list of keys. Pure. Ends the program when
/// memory is exhausted.
class Board {
 public:
  /// False: the user wants to leave.
  bool press(Key key, const StatusTable& table, const Canvas& canvas) noexcept;

  /// The lines for the canvas. Ages are as of `now`; `clock` is the time of day. The cost depends
  /// on the lines drawn.
  std::string draw(const StatusTable& table, const Canvas& canvas, SteadyTime now,
                   heartbeat::WallTime clock) noexcept;

  /// The service whose checks are shown; empty: none.
  const std::string& opened() const noexcept { return opened_; }

 private:
  using ShownRows = std::vector<const TableRow*>;

  bool is_shown(const TableRow& row) const;
  ShownRows shown_rows(const StatusTable& table) const;
  std::optional<std::size_t> find_selected(const ShownRows& rows) const;
  void edit_filter(Key key);
  void move(Key key, const StatusTable& table, std::size_t page);
  void scroll(Key key, std::size_t page);
  void draw_rows(Drawing& drawing, const StatusTable& table, SteadyTime now);
  void draw_checks(Drawing& drawing, const StatusTable& table, SteadyTime now);

  bool has_help_ = false;
  bool is_editing_ = false;  ///< the filter
  std::string filter_;       ///< empty: all rows
  std::string selected_;     ///< a service, which stays selected where its row goes; empty: none
  std::size_t index_ = 0;    ///< where it was
  std::size_t top_ = 0;      ///< the first row that is shown
  std::string opened_;
  std::size_t first_line_ = 0;  ///< of the checks
};

}  // namespace probe
