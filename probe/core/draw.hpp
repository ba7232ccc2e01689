#pragma once

#include <cstddef>
#include <string>

#include "core/board.hpp"
#include "document/document.hpp"

namespace probe {

// Where there is no memory for a line, both end the program.

/// What is drawn on.
struct Canvas {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool has_colour = false;
};

/// The board at a moment: a head line, one line for each row, and one that counts those that
/// find no room. Lines are separated by newlines, and no other control character is in
/// them but those of colours, if there are any. Ages are told by `now`, the time of day by
/// `clock`. Costs as much as the lines that are drawn, however many rows there are.
std::string draw(const Board& board, const Canvas& canvas, Moment now,
                 heartbeat::WallTime clock) noexcept;

/// The same for a log: what the last look changed, in lines that begin with the time; of
/// the first look every row, except the healthy ones of more than max_listed. Nothing when
/// nothing changed.
std::string changes(const Board& board, heartbeat::WallTime clock) noexcept;

}  // namespace probe
