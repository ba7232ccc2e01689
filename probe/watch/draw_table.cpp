#include "watch/draw_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "document/text.hpp"
#include "document/time.hpp"
#include "render/columns.hpp"
#include "render/render.hpp"
#include "render/silences.hpp"

namespace probe {
namespace {

using heartbeat::printable;

std::string format_time(SteadyTime::duration duration) {
  return heartbeat::format_duration(std::chrono::floor<std::chrono::seconds>(duration));
}

std::string format_time(Since since, SteadyTime now) {
  return (since.is_known ? "" : ">") + format_time(now - since.at);
}

const char* colour_of(HealthStatus status) noexcept {
  if (status == HealthStatus::healthy) return green;
  return status < HealthStatus::unknown ? yellow : red;
}

enum Column { health, service, reason, since, age, columns };
using Widths = std::array<std::size_t, columns>;

/// Draws the rows of one table at one time.
struct Rows {
  const StatusTable& table;
  const Canvas& canvas;
  SteadyTime now;
  Widths widths{};

  std::string cell(const Verdict& verdict, Since begun, std::size_t column) const {
    switch (column) {
      case health:
        return std::string{to_string(verdict.status())};
      case service:
        // A long name leaves room for the other columns.
        return cut(printable(verdict.service), std::max<std::size_t>(8, canvas.columns / 3));
      case reason:
        return "[" + std::string{to_string(verdict.reason)} + "]";
      case since:
        return format_time(begun, now);
      default:
        if (!verdict.age) return "-";
        return format_time(*verdict.age + (now - table.found_at())) +
               (verdict.limit ? "/" + heartbeat::format_duration(*verdict.limit) : "");
    }
  }

  void measure(const TableRow& row) {
    for (std::size_t column = 0; column < columns; ++column)
      widths.at(column) = std::max(widths.at(column), cell(*row.verdict, row.since, column).size());
  }

  /// The row's line and, for a text that does not fit, at most `more` further ones.
  std::vector<std::string> lines_of(const TableRow& row, std::size_t more) const {
    constexpr std::size_t indent = 2;
    const auto& verdict = *row.verdict;
    std::string line = table.is_current() ? "" : "? ";
    for (std::size_t column = 0; column < columns; ++column) {
      const auto end = line.size() + widths.at(column) + 2;
      line += cell(verdict, row.since, column);
      line.resize(end, ' ');
    }
    // A character has at most four bytes.
    const auto text =
        (verdict.silence ? silence_text(*verdict.silence) + "; " : "") +
        printable(std::string_view{verdict.text}.substr(0, 4 * canvas.columns * (more + 1)));
    if (more == 0 || verdict.status() == HealthStatus::healthy ||
        cut(line + text, canvas.columns) == line + text)
      return {line + text};
    std::vector<std::string> lines{line.substr(0, line.find_last_not_of(' ') + 1)};
    const auto parts = wrap(text, canvas.columns - std::min(canvas.columns, indent));
    for (const auto& part : parts) {
      lines.push_back(std::string(indent, ' ') + part);
      if (lines.size() <= more || &part == &parts.back()) continue;
      lines.back() += " ...";
      if (const auto whole = lines.back(); cut(whole, canvas.columns) != whole)
        lines.back() = cut(whole, canvas.columns);
      break;
    }
    return lines;
  }
};

/// How many further lines each row may have, so that all that need some have room.
std::size_t further_lines(const Rows& rows, std::span<const TableRow* const> shown,
                          std::size_t room) {
  for (const std::size_t more : {room, std::size_t{2}}) {
    std::size_t lines = 0;
    for (const auto* row : shown)
      if (row->verdict->status() != HealthStatus::healthy)
        lines += rows.lines_of(*row, more).size();
    if (lines <= room) return more;
  }
  return 1;
}

}  // namespace

void Drawing::add(std::string_view line, std::size_t at, std::size_t coloured, const char* colour) {
  if (lines_ > 0 && room() == 0) return;
  if (lines_++ > 0) text_ += '\n';
  const auto start = text_.size() + at;
  text_ += cut(line, canvas_.columns);
  if (!canvas_.has_colour || coloured == 0 || start >= text_.size()) return;
  text_.insert(std::min(start + coloured, text_.size()), "\x1b[m");
  text_.insert(start, colour);
}

void Drawing::add_inverted(std::string_view line) {
  if (lines_ > 0 && room() == 0) return;
  if (lines_++ > 0) text_ += '\n';
  text_.append("\x1b[7m").append(cut(line, canvas_.columns)).append("\x1b[m");
}

void add_head(Drawing& drawing, const StatusTable& table, SteadyTime now,
              heartbeat::WallTime clock) {
  const auto* problem = table.problem();
  // `09:15:00Z` of an RFC 3339 time.
  auto head = heartbeat::format_timestamp(clock).substr(11, 8) + "Z  ";
  const auto at = head.size();
  std::string_view why;
  if (problem != nullptr) {
    why = to_string(problem->reason);
    head += fmt::format("[{}] for {}  ", why, format_time(table.problem_since(), now));
  }
  head += (table.counts() == Counts{} ? "no answer yet" : counted(table.counts())) + "  " +
          printable(problem != nullptr ? problem->text : table.place());
  constexpr std::string_view hint = "  ?: keys";
  if (head.size() + hint.size() <= drawing.canvas().columns) {
    head.resize(drawing.canvas().columns - hint.size(), ' ');
    head += hint;
  }
  drawing.add(head, at, problem != nullptr ? why.size() + 2 : 0, red);
}

std::size_t add_rows(Drawing& drawing, const StatusTable& table, const TableView& view,
                     std::size_t lines, SteadyTime now) {
  Rows rows{table, drawing.canvas(), now};
  const auto shown = view.rows.subspan(view.top, std::min(lines, view.rows.size() - view.top));
  for (const auto* row : shown) rows.measure(*row);
  const auto more = further_lines(rows, shown, lines);
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto& row = *shown[i];
    const auto status = row.verdict->status();
    const auto text = rows.lines_of(row, more);
    for (const auto& line : text) {
      if (lines == 0) return view.top + i;
      --lines;
      if (&line != text.data())
        drawing.add(line);
      else if (view.selected == view.top + i)
        drawing.add_inverted(line);
      else
        drawing.add(line, table.is_current() ? 0 : 2,
                    table.is_current() ? to_string(status).size() : 0, colour_of(status));
    }
  }
  return view.top + shown.size();
}

}  // namespace probe
