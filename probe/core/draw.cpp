#include "core/draw.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "core/columns.hpp"
#include "core/lines.hpp"
#include "core/render.hpp"
#include "document/duration.hpp"
#include "document/text.hpp"
#include "document/timestamp.hpp"

namespace probe {
namespace {

using heartbeat::printable;

std::string passed(Moment::duration duration) {
  return heartbeat::format_duration(std::chrono::floor<std::chrono::seconds>(duration));
}

std::string passed(Since since, Moment now) {
  return (since.is_known ? "" : ">") + passed(now - since.at);
}

/// What is drawn, and when.
struct Drawing {
  const Board& board;
  const Canvas& canvas;
  Moment now;
  std::string text{};

  /// A line that is cut to the canvas; `coloured` bytes of it from `at` on in that colour.
  void add(std::string_view line, std::size_t at, std::size_t coloured,
           const char* colour) noexcept {
    const auto start = text.size() + at;
    text += cut(line, canvas.columns);
    if (!canvas.has_colour || coloured == 0 || start >= text.size()) return;
    text.insert(std::min(start + coloured, text.size()), "\x1b[m");
    text.insert(start, colour);
  }
};

constexpr const char* red = "\x1b[31m";
constexpr const char* yellow = "\x1b[33m";
constexpr const char* green = "\x1b[32m";

const char* colour_of(Word word) noexcept {
  if (word == Word::healthy) return green;
  return word < Word::unknown ? yellow : red;
}

enum Column { word, service, reason, since, age, columns };

std::string cell(const Drawing& drawing, const Row& row, std::size_t column) noexcept {
  const auto& verdict = *row.verdict;
  switch (column) {
    case word:
      return std::string{to_string(verdict.word())};
    case service:
      // A name leaves room for what matters more.
      return cut(printable(verdict.service), std::max<std::size_t>(8, drawing.canvas.columns / 3));
    case reason:
      return "[" + std::string{to_string(verdict.reason)} + "]";
    case since:
      return passed(row.since, drawing.now);
    default:
      if (!verdict.age) return "-";
      return passed(*verdict.age + (drawing.now - drawing.board.found_at())) +
             (verdict.limit ? "/" + heartbeat::format_duration(*verdict.limit) : "");
  }
}

void add_head(Drawing& drawing, heartbeat::WallTime clock) {
  const auto& board = drawing.board;
  const auto* problem = board.problem();
  // `09:15:00Z` of an RFC 3339 time.
  auto head = heartbeat::format_timestamp(clock).substr(11, 8) + "Z  ";
  const auto at = head.size();
  std::string_view why;
  if (problem != nullptr) {
    why = to_string(problem->reason);
    head += fmt::format("[{}] for {}  ", why, passed(board.problem_since(), drawing.now));
  }
  head += (board.counts() == Counts{} ? "no answer yet" : counted(board.counts())) + "  " +
          printable(problem != nullptr ? problem->text : board.place());
  drawing.add(head, at, problem != nullptr ? why.size() + 2 : 0, red);
}

void add_rows(Drawing& drawing, std::span<const Row> rows) {
  std::array<std::size_t, columns> widths{};
  for (const auto& row : rows)
    for (std::size_t column = 0; column < columns; ++column)
      widths[column] = std::max(widths[column], cell(drawing, row, column).size());
  const bool is_current = drawing.board.is_current();
  for (const auto& row : rows) {
    const auto& verdict = *row.verdict;
    std::string line = is_current ? "" : "? ";
    const auto begin = line.size();
    for (std::size_t column = 0; column < columns; ++column) {
      const auto end = line.size() + widths[column] + 2;
      line += cell(drawing, row, column);
      line.resize(end, ' ');
    }
    // No character has more than four bytes.
    line += printable(std::string_view{verdict.text}.substr(0, 4 * drawing.canvas.columns));
    drawing.text += '\n';
    drawing.add(line, begin, is_current ? to_string(verdict.word()).size() : 0,
                colour_of(verdict.word()));
  }
}

}  // namespace

std::string draw(const Board& board, const Canvas& canvas, Moment now,
                 heartbeat::WallTime clock) noexcept {
  Drawing drawing{board, canvas, now};
  add_head(drawing, clock);
  const auto room = std::max<std::size_t>(canvas.rows, 1) - 1;
  const auto all = board.rows().size();
  const bool has_rest = all > room;
  // The last line counts the rest.
  const auto rows = board.rows().first(std::min(all, room - (has_rest && room > 0 ? 1 : 0)));
  add_rows(drawing, rows);
  if (!has_rest || room == 0) return drawing.text;
  auto omitted = board.counts();
  for (const auto& row : rows) --omitted[static_cast<std::size_t>(row.verdict->word())];
  drawing.text += '\n';
  drawing.add("... and " + counted(omitted, "more "), 0, 0, red);
  return drawing.text;
}

std::string changes(const Board& board, heartbeat::WallTime clock) noexcept {
  std::string out;
  if (!board.is_changed()) return out;
  const auto time = heartbeat::format_timestamp(clock) + ' ';
  const auto add = [&](const std::string& line) { out.append(time).append(line); };
  if (const auto* problem = board.problem()) add(text_line(*problem, max_output));
  if (!board.is_current()) return out;
  add(counted(board.counts()) + "; " + printable(board.place()) + '\n');
  for (const auto& name : board.gone()) add(name + " is gone\n");
  const bool is_large = board.rows().size() > max_listed;
  for (const auto& row : board.rows()) {
    const bool is_only_counted =
        is_large && !row.since.is_known && row.verdict->reason == Reason::healthy;
    if (board.is_changed(row) && !is_only_counted) add(text_line(*row.verdict, max_output));
  }
  return out;
}

}  // namespace probe
