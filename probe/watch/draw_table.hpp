#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "document/document.hpp"
#include "watch/status_table.hpp"

namespace probe {

struct Canvas {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool has_colour = false;
};

/// Lines on a canvas, each cut to its width. Newlines, colours and the inversion of a line are the
/// only control sequences.
class Drawing {
 public:
  explicit Drawing(const Canvas& canvas) : canvas_{canvas} {}

  /// Adds a line if there is room. Colours `coloured` bytes from `at` on.
  void add(std::string_view line, std::size_t at = 0, std::size_t coloured = 0,
           const char* colour = "");
  void add_inverted(std::string_view line);

  const Canvas& canvas() const noexcept { return canvas_; }
  /// How many lines there is room for.
  std::size_t room() const noexcept { return canvas_.rows - std::min(canvas_.rows, lines_); }
  std::string take() { return std::move(text_); }

 private:
  const Canvas& canvas_;
  std::string text_{};
  std::size_t lines_ = 0;
};

inline constexpr const char* red = "\x1b[31m";
inline constexpr const char* yellow = "\x1b[33m";
inline constexpr const char* green = "\x1b[32m";

/// The time of day, how many services are how, and where they were read; or why they were not.
void add_head(Drawing& drawing, const StatusTable& table, SteadyTime now,
              heartbeat::WallTime clock);

/// The part of a table that is shown.
struct TableView {
  std::span<const TableRow* const> rows{};
  std::size_t top = 0;                    ///< the first row that is shown
  std::optional<std::size_t> selected{};  ///< is shown inverted
};

/// Adds rows from the top on, as many as `lines` have room for. A service that is not healthy has
/// further lines for a text that does not fit; as many as leave room for the others. Returns the
/// first row that is not shown, or not whole.
std::size_t add_rows(Drawing& drawing, const StatusTable& table, const TableView& view,
                     std::size_t lines, SteadyTime now);

}  // namespace probe
