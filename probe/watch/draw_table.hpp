#pragma once

#include <cstddef>
#include <string>

#include "document/document.hpp"
#include "watch/status_table.hpp"

namespace probe {

/// The size and abilities of a terminal.
struct Canvas {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool has_colour = false;
};

/// The table as text: a head line, a line for each row, and a line that counts the rows without
/// room. Lines are separated by newlines; colours are the only other control sequences. Ages are
/// as of `now`; `clock` is the time of day. Costs as much as the lines drawn, however many rows
/// there are. Ends the program when memory is exhausted.
std::string draw(const StatusTable& table, const Canvas& canvas, SteadyTime now,
                 heartbeat::WallTime clock) noexcept;

/// For a log: what the last result changed, in lines that begin with the time; after the first
/// result all rows, except the healthy ones of more than max_listed. Empty when nothing
/// changed. Ends the program when memory is exhausted.
std::string changes(const StatusTable& table, heartbeat::WallTime clock) noexcept;

}  // namespace probe
