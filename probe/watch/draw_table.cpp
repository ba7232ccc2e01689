#include "watch/draw_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "document/text.hpp"
#include "document/time.hpp"
#include "render/columns.hpp"
#include "render/render.hpp"

namespace probe {
namespace {

using heartbeat::printable;

std::string format_time(SteadyTime::duration duration) {
  return heartbeat::format_duration(std::chrono::floor<std::chrono::seconds>(duration));
}

std::string format_time(Since since, SteadyTime now) {
  return (since.is_known ? "" : ">") + format_time(now - since.at);
}

struct Drawing {
  const StatusTable& table;
  const Canvas& canvas;
  SteadyTime now;
  std::string text{};

  /// Adds a line, cut to the canvas. Colours `coloured` bytes from `at` on.
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

const char* colour_of(HealthStatus status) noexcept {
  if (status == HealthStatus::healthy) return green;
  return status < HealthStatus::unknown ? yellow : red;
}

enum Column { health, service, reason, since, age, columns };

std::string cell(const Drawing& drawing, const TableRow& row, std::size_t column) noexcept {
  const auto& verdict = *row.verdict;
  switch (column) {
    case health:
      return std::string{to_string(verdict.status())};
    case service:
      // A long name leaves room for the other columns.
      return cut(printable(verdict.service), std::max<std::size_t>(8, drawing.canvas.columns / 3));
    case reason:
      return "[" + std::string{to_string(verdict.reason)} + "]";
    case since:
      return format_time(row.since, drawing.now);
    default:
      if (!verdict.age) return "-";
      return format_time(*verdict.age + (drawing.now - drawing.table.found_at())) +
             (verdict.limit ? "/" + heartbeat::format_duration(*verdict.limit) : "");
  }
}

void add_head(Drawing& drawing, heartbeat::WallTime clock) {
  const auto& table = drawing.table;
  const auto* problem = table.problem();
  // `09:15:00Z` of an RFC 3339 time.
  auto head = heartbeat::format_timestamp(clock).substr(11, 8) + "Z  ";
  const auto at = head.size();
  std::string_view why;
  if (problem != nullptr) {
    why = to_string(problem->reason);
    head += fmt::format("[{}] for {}  ", why, format_time(table.problem_since(), drawing.now));
  }
  head += (table.counts() == Counts{} ? "no answer yet" : counted(table.counts())) + "  " +
          printable(problem != nullptr ? problem->text : table.place());
  drawing.add(head, at, problem != nullptr ? why.size() + 2 : 0, red);
}

void add_rows(Drawing& drawing, std::span<const TableRow> rows) {
  std::array<std::size_t, columns> widths{};
  for (const auto& row : rows)
    for (std::size_t column = 0; column < columns; ++column)
      widths[column] = std::max(widths[column], cell(drawing, row, column).size());
  const bool is_current = drawing.table.is_current();
  for (const auto& row : rows) {
    const auto& verdict = *row.verdict;
    std::string line = is_current ? "" : "? ";
    const auto begin = line.size();
    for (std::size_t column = 0; column < columns; ++column) {
      const auto end = line.size() + widths[column] + 2;
      line += cell(drawing, row, column);
      line.resize(end, ' ');
    }
    // A character has at most four bytes.
    line += printable(std::string_view{verdict.text}.substr(0, 4 * drawing.canvas.columns));
    drawing.text += '\n';
    drawing.add(line, begin, is_current ? to_string(verdict.status()).size() : 0,
                colour_of(verdict.status()));
  }
}

}  // namespace

std::string draw(const StatusTable& table, const Canvas& canvas, SteadyTime now,
                 heartbeat::WallTime clock) noexcept {
  Drawing drawing{table, canvas, now};
  add_head(drawing, clock);
  const auto room = std::max<std::size_t>(canvas.rows, 1) - 1;
  const auto all = table.rows().size();
  const bool has_rest = all > room;
  const auto rows = table.rows().first(std::min(all, room - (has_rest && room > 0 ? 1 : 0)));
  add_rows(drawing, rows);
  if (!has_rest || room == 0) return drawing.text;
  auto omitted = table.counts();
  for (const auto& row : rows) --omitted[static_cast<std::size_t>(row.verdict->status())];
  drawing.text += '\n';
  drawing.add("... and " + counted(omitted, "more "), 0, 0, red);
  return drawing.text;
}

std::string changes(const StatusTable& table, heartbeat::WallTime clock) noexcept {
  std::string out;
  if (!table.is_changed()) return out;
  const auto time = heartbeat::format_timestamp(clock) + ' ';
  const auto add = [&](const std::string& line) { out.append(time).append(line); };
  if (const auto* problem = table.problem()) add(text_line(*problem, max_output));
  if (!table.is_current()) return out;
  add(counted(table.counts()) + "; " + printable(table.place()) + '\n');
  for (const auto& name : table.gone()) add(name + " is gone\n");
  const bool is_large = table.rows().size() > max_listed;
  for (const auto& row : table.rows()) {
    const bool is_only_counted =
        is_large && !row.since.is_known && row.verdict->reason == Reason::healthy;
    if (table.is_changed(row) && !is_only_counted) add(text_line(*row.verdict, max_output));
  }
  return out;
}

}  // namespace probe
