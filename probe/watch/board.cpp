#include "watch/board.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "document/text.hpp"
#include "render/checks.hpp"
#include "render/columns.hpp"

namespace probe {
namespace {

constexpr std::array<std::string_view, 9> help{
    "Keys",
    "",
    "  up, down, k, j      select a service; scroll its checks",
    "  page up, page down  a page further",
    "  home, end           the first, the last",
    "  Enter               every check of the service, and its writer",
    "  /                   only services whose name has this text, or whose state begins so",
    "  Esc                 back: from the checks to the services, from a filter to all",
    "  q                   end"};

bool is_printable(Key key) noexcept { return key >= Key{' '} && key <= Key{'~'}; }

char character_of(Key key) noexcept { return static_cast<char>(key); }

/// The keys of vi are arrows.
Key arrow_of(Key key) noexcept {
  if (key == Key{'k'}) return Key::up;
  return key == Key{'j'} ? Key::down : key;
}

/// Where the key leads from `at`. Without a limit, `end` leads to the largest number.
std::size_t target_of(Key key, std::size_t at, std::size_t page) noexcept {
  switch (key) {
    case Key::up:
      return at - std::min<std::size_t>(at, 1);
    case Key::down:
      return at + 1;
    case Key::page_up:
      return at - std::min(at, page);
    case Key::page_down:
      return at + page;
    case Key::home:
      return 0;
    default:
      return key == Key::end ? std::numeric_limits<std::size_t>::max() : at;
  }
}

const char* colour_of_check(std::string_view line, std::size_t bytes) noexcept {
  const auto state = line.substr(0, bytes);
  if (state == "fail") return red;
  return state == "pass" ? green : state == "waiting" ? yellow : nullptr;
}

}  // namespace

bool Board::is_shown(const TableRow& row) const {
  const auto& verdict = *row.verdict;
  return to_string(verdict.status()).starts_with(filter_) ||
         verdict.service.find(filter_) != std::string::npos;
}

Board::ShownRows Board::shown_rows(const StatusTable& table) const {
  ShownRows rows;
  for (const auto& row : table.rows())
    if (filter_.empty() || is_shown(row)) rows.push_back(&row);
  return rows;
}

/// Its row or, if it is gone, the one in its place.
std::optional<std::size_t> Board::find_selected(const ShownRows& rows) const {
  if (selected_.empty() || rows.empty()) return std::nullopt;
  const auto found = std::ranges::find(
      rows, selected_, [](const auto* row) -> const auto& { return row->verdict->service; });
  return found != rows.end() ? static_cast<std::size_t>(found - rows.begin())
                             : std::min(index_, rows.size() - 1);
}

void Board::edit_filter(Key key) {
  if (key == Key::enter) is_editing_ = false;
  if (key == Key::backspace && !filter_.empty()) filter_.pop_back();
  if (is_printable(key)) filter_ += character_of(key);
  top_ = 0;
}

void Board::move(Key key, const StatusTable& table, std::size_t page) {
  const auto rows = shown_rows(table);
  if (rows.empty()) return;
  const auto selected = find_selected(rows);
  // The first arrow shows which row is selected.
  index_ = selected || key != Key::down ? target_of(key, selected.value_or(0), page) : 0;
  index_ = std::min(index_, rows.size() - 1);
  selected_ = rows[index_]->verdict->service;
  if (key == Key::enter) {
    opened_ = selected_;
    first_line_ = 0;
  }
}

void Board::scroll(Key key, std::size_t page) { first_line_ = target_of(key, first_line_, page); }

bool Board::press(Key key, const StatusTable& table, const Canvas& canvas) noexcept {
  const auto page = std::max<std::size_t>(canvas.rows, 4) - 3;
  if (has_help_) {
    has_help_ = false;
    return key != Key{'q'};
  }
  if (key == Key::escape) {
    if (opened_.empty()) {
      is_editing_ = false;
      filter_.clear();
    }
    opened_.clear();
    return true;
  }
  if (is_editing_) {
    edit_filter(key);
    return true;
  }
  if (key == Key{'q'}) return false;
  key = arrow_of(key);
  if (key == Key{'?'}) has_help_ = true;
  const bool is_move = !is_printable(key) && key != Key::backspace;
  if (!opened_.empty()) {
    if (is_move) scroll(key, page);
    return true;
  }
  if (key == Key{'/'}) is_editing_ = true;
  if (is_move) move(key, table, page);
  return true;
}

void Board::draw_rows(Drawing& drawing, const StatusTable& table, SteadyTime now) {
  const auto rows = shown_rows(table);
  const auto selected = find_selected(rows);
  const bool has_filter = is_editing_ || !filter_.empty();
  const auto all = drawing.room();
  if (all == 0) return;
  top_ = std::min(top_, rows.size() - std::min<std::size_t>(rows.size(), 1));
  if (!selected) top_ = 0;

  // The last line is for what has no room, or for the filter.
  const auto draw = [&](std::size_t lines) {
    if (selected) {
      top_ = std::min(top_, *selected);
      if (*selected >= top_ + lines) top_ = *selected + 1 - lines;
      while (top_ < *selected) {
        Drawing trial{drawing.canvas()};
        if (add_rows(trial, table, {rows, top_, selected}, lines, now) > *selected) break;
        ++top_;
      }
    }
    return add_rows(drawing, table, {rows, top_, selected}, lines, now);
  };
  Drawing trial{drawing.canvas()};
  const bool fits =
      !has_filter && add_rows(trial, table, {rows, 0, selected}, all, now) == rows.size();
  if (fits) top_ = 0;
  const auto lines = fits ? all : all - 1;
  const auto end = lines > 0 ? draw(lines) : top_;
  if (fits) return;

  Counts omitted{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (i < top_ || i >= end) {
      ++omitted.at(static_cast<std::size_t>(rows[i]->verdict->status()));
      ++count;
    }
  std::string line = has_filter ? "/" + filter_ + (is_editing_ ? "_" : "") + "  " : "";
  if (count > 0)
    line += "... and " + counted(omitted, "more ");
  else if (has_filter)
    line += std::to_string(rows.size()) + " of " + std::to_string(table.rows().size()) +
            " services; Esc: all";
  drawing.add(line);
}

void Board::draw_checks(Drawing& drawing, const StatusTable& table, SteadyTime now) {
  const auto row = std::ranges::find(
      table.rows(), opened_, [](const auto& one) -> const auto& { return one.verdict->service; });
  std::vector<std::string> lines;
  if (row == table.rows().end()) {
    lines.push_back(heartbeat::printable(opened_) + " is gone");
  } else {
    auto verdict = *row->verdict;
    if (verdict.age)
      *verdict.age += std::chrono::floor<std::chrono::milliseconds>(now - table.found_at());
    lines = check_lines(verdict, drawing.canvas().columns);
    if (verdict.reason == Reason::healthy && !verdict.document) lines.push_back("reading ...");
  }
  const auto room = drawing.room() - std::min<std::size_t>(drawing.room(), 1);
  first_line_ = std::min(first_line_, lines.size() - std::min(lines.size(), room));
  const auto end = std::min(lines.size(), first_line_ + room);
  for (auto i = first_line_; i < end; ++i) {
    const auto word = std::min(lines[i].find(' '), lines[i].size());
    const auto* colour = i == 0 ? nullptr : colour_of_check(lines[i], word);
    drawing.add(lines[i], 0, colour == nullptr ? 0 : word, colour);
  }
  drawing.add(end < lines.size() || first_line_ > 0
                  ? "lines " + std::to_string(first_line_ + 1) + "-" + std::to_string(end) +
                        " of " + std::to_string(lines.size()) + "; Esc: back"
                  : "Esc: back");
}

std::string Board::draw(const StatusTable& table, const Canvas& canvas, SteadyTime now,
                        heartbeat::WallTime clock) noexcept {
  Drawing drawing{canvas};
  if (has_help_) {
    for (const auto line : help) drawing.add(line);
    return drawing.take();
  }
  add_head(drawing, table, now, clock);
  if (opened_.empty())
    draw_rows(drawing, table, now);
  else
    draw_checks(drawing, table, now);
  return drawing.take();
}

}  // namespace probe
