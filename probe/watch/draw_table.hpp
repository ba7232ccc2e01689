#pragma once

#include <cstddef>
#include <string>

#include "document/document.hpp"
#include "watch/status_table.hpp"

namespace probe {

struct Canvas {
  std::size_t columns = 80;
  std::size_t rows = 24;
  bool has_colour = false;
};

/// The table: a head line, a line for each row, and a line that counts the rows without room.
/// Newlines and colours are the only control sequences. Ages are as of `now`; `clock` is the time
/// of day. The cost depends on the lines drawn. Ends the program when memory is exhausted.
std::string draw(const StatusTable& table, const Canvas& canvas, SteadyTime now,
                 heartbeat::WallTime clock) noexcept;

/// For a log: the changes of the last result, each with the time; after the first result all rows,
/// except the healthy ones if there are more than max_listed. Ends the program as above.
std::string changes(const StatusTable& table, heartbeat::WallTime clock) noexcept;

}  // namespace probe
