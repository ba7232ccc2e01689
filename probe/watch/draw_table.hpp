#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "document/document.hpp"
#include "watch/status_table.hpp"

namespace probe {

/// The size and abilities of a terminal.
struct Canvas {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool has_colour = false;
};

/// The longest beginning of printable text that fits into `columns` of a terminal. It ends in "..."
/// if something was cut, and never in half a character. A character that may be one or two columns
/// wide counts as two.
std::string cut(std::string_view text, std::size_t columns);

/// The table as text: a head line, a line for each row, and a line that counts the rows without
/// room. Newlines separate the lines; colours are the only other control sequences. Ages are as of
/// `now`; `clock` is the time of day. The cost depends on the lines drawn, not on the number of
/// rows. Ends the program when memory is exhausted.
std::string draw(const StatusTable& table, const Canvas& canvas, SteadyTime now,
                 heartbeat::WallTime clock) noexcept;

/// For a log: the changes of the last result, in lines that begin with the time; after the first
/// result all rows, except the healthy ones if there are more than max_listed rows. Empty if
/// nothing changed. Ends the program when memory is exhausted.
std::string changes(const StatusTable& table, heartbeat::WallTime clock) noexcept;

}  // namespace probe
