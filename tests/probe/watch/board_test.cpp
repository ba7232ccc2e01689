#include "watch/board.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace board_test {
namespace {

using namespace std::chrono_literals;
using probe::Board;
using probe::Canvas;
using probe::Key;
using probe::Reason;
using probe::StatusTable;
using probe::SteadyTime;
using probe::Verdict;
using Lines = std::vector<std::string>;

constexpr SteadyTime start{100h};
constexpr heartbeat::WallTime noon{12h};

Verdict healthy(std::string name) {
  return {.service = std::move(name), .reason = Reason::healthy, .text = "fine", .age = 1s};
}

Verdict failing(std::string name, std::string text) {
  return {.service = std::move(name), .reason = Reason::unhealthy, .text = std::move(text)};
}

struct Watcher {
  StatusTable table{};
  Board board{};
  Canvas canvas{80, 24, false};

  Watcher() = default;
  /// With healthy services s00, s01, ...
  explicit Watcher(std::size_t count) {
    std::vector<Verdict> verdicts;
    for (std::size_t i = 0; i < count; ++i)
      verdicts.push_back(healthy((i < 10 ? "s0" : "s") + std::to_string(i)));
    note(std::move(verdicts));
  }

  void note(std::vector<Verdict> verdicts) { table.update({std::move(verdicts), "redis", start}); }

  bool press(Key key) { return board.press(key, table, canvas); }
  void type(std::string_view text) {
    for (const char c : text) CHECK(press(Key{static_cast<std::uint16_t>(c)}));
  }

  /// Without the first line.
  Lines lines() {
    Lines lines(1);
    for (const char c : board.draw(table, canvas, start, noon))
      if (c == '\n')
        lines.emplace_back();
      else
        lines.back() += c;
    CHECK(lines.size() <= canvas.rows);
    lines.erase(lines.begin());
    return lines;
  }

  /// The name of the service in the inverted line.
  std::string selected() {
    for (const auto& line : lines())
      if (line.starts_with("\x1b[7m")) {
        const auto name = line.substr(line.find_first_not_of(' ', line.find(' ')));
        return name.substr(0, name.find(' '));
      }
    return {};
  }
};

const std::string long_cause =
    "websocket_connected is false: the exchange refused the connection (critical, 42s); "
    "ticks_received 75s ago, limit 60s (critical)";

}  // namespace

TEST_CASE("a cause that does not fit into its line has the width of the canvas below it") {
  Watcher watcher;
  watcher.note({failing("ingestion", long_cause), failing("b", "short"), healthy("c")});
  CHECK(watcher.lines() ==
        Lines{"unhealthy  b          [unhealthy]  >0s  -   short",
              "unhealthy  ingestion  [unhealthy]  >0s  -",
              "  websocket_connected is false: the exchange refused the connection (critical,",
              "  42s); ticks_received 75s ago, limit 60s (critical)",
              "healthy    c          [healthy]    >0s  1s  fine"});
}

TEST_CASE("causes are cut when that is the only way to show every failing service") {
  Watcher watcher;
  std::vector<Verdict> verdicts;
  for (const char name : {'a', 'b', 'c'})
    verdicts.push_back(failing({name}, long_cause + "; " + long_cause));
  watcher.note(verdicts);
  watcher.canvas.rows = 1 + 3 * 5;  // a line each, and all four of its cause
  CHECK(watcher.lines().size() == 15);
  watcher.canvas.rows = 1 + 3 * 3;
  auto lines = watcher.lines();
  REQUIRE(lines.size() == 9);
  CHECK(lines[2].ends_with("..."));
  CHECK(lines[3].starts_with("unhealthy  b"));
  watcher.canvas.rows = 1 + 3 * 2;
  lines = watcher.lines();
  REQUIRE(lines.size() == 6);
  CHECK(lines[1].ends_with("..."));
  CHECK(lines[4].starts_with("unhealthy  c"));
  CHECK(std::ranges::all_of(lines, [](const auto& line) { return line.size() <= 80; }));
}

TEST_CASE("arrows, page keys, home and end select a row, which is always shown") {
  Watcher watcher{50};
  CHECK(watcher.selected().empty());
  watcher.press(Key::down);
  CHECK(watcher.selected() == "s00");
  watcher.type("jj");
  CHECK(watcher.selected() == "s02");
  watcher.type("k");
  CHECK(watcher.selected() == "s01");
  watcher.press(Key::page_down);
  CHECK(watcher.selected() == "s22");
  CHECK(watcher.lines().back() == "... and 28 more healthy");
  watcher.press(Key::end);
  CHECK(watcher.selected() == "s49");
  CHECK(watcher.lines()[0].starts_with("healthy  s28"));
  watcher.press(Key::down);
  CHECK(watcher.selected() == "s49");
  watcher.press(Key::page_up);
  CHECK(watcher.selected() == "s28");
  watcher.press(Key::home);
  CHECK(watcher.selected() == "s00");
  watcher.press(Key::up);
  CHECK(watcher.selected() == "s00");
  for (const std::size_t rows : {0U, 1U, 2U, 3U}) {
    watcher.canvas.rows = std::max<std::size_t>(rows, 1);
    watcher.press(Key::end);
    CHECK(watcher.lines().size() < std::max<std::size_t>(rows, 1));
  }
}

TEST_CASE("rows of several lines are scrolled as whole ones") {
  Watcher watcher;
  std::vector<Verdict> verdicts;
  for (int i = 10; i < 40; ++i) verdicts.push_back(failing(std::to_string(i), long_cause));
  watcher.note(verdicts);
  watcher.press(Key::end);
  const auto lines = watcher.lines();
  CHECK(watcher.selected() == "39");
  CHECK(lines.size() == 23);
  CHECK(lines[lines.size() - 2].ends_with("..."));
}

TEST_CASE("the selection stays with its service, and with its place when the service is gone") {
  Watcher watcher{3};
  watcher.type("jjj");
  CHECK(watcher.selected() == "s02");
  watcher.note({healthy("s00"), healthy("s01"), failing("s02", "x")});
  CHECK(watcher.selected() == "s02");
  CHECK(watcher.lines()[0].starts_with("\x1b[7munhealthy  s02"));
  watcher.type("jj");
  CHECK(watcher.selected() == "s01");
  watcher.note({healthy("s00")});
  CHECK(watcher.selected() == "s00");
}

TEST_CASE("a filter leaves the services whose name has its text, or whose state begins with it") {
  Watcher watcher;
  watcher.note({failing("feed", "x"), healthy("worker-1"), healthy("worker-2"), healthy("unit")});
  watcher.type("/wor");
  auto lines = watcher.lines();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].starts_with("healthy  worker-1"));
  CHECK(lines[2] == "/wor_  2 of 4 services; Esc: all");
  watcher.press(Key::backspace);
  watcher.type("q");  // a letter of the filter, no end
  CHECK(watcher.lines() == Lines{"/woq_  0 of 4 services; Esc: all"});
  watcher.press(Key::escape);
  CHECK(watcher.lines().size() == 4);

  watcher.type("/un");
  watcher.press(Key::enter);
  lines = watcher.lines();
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].starts_with("unhealthy  feed"));
  CHECK(lines[1].starts_with("healthy    unit"));
  CHECK(lines[2] == "/un  2 of 4 services; Esc: all");
  watcher.press(Key::end);
  CHECK(watcher.selected() == "unit");
  watcher.press(Key::escape);
  CHECK(watcher.lines().size() == 4);
}

TEST_CASE("enter shows every check of the selected service, which can be scrolled") {
  Watcher watcher;
  heartbeat::Document document{};
  for (int i = 10; i < 60; ++i) document.checks.push_back({.name = "check-" + std::to_string(i)});
  document.checks.back().state = heartbeat::CheckState::fail;
  auto full = healthy("full");
  full.document = std::make_shared<const heartbeat::Document>(document);
  watcher.note({full, healthy("light")});
  CHECK(watcher.board.opened().empty());
  watcher.press(Key::down);
  watcher.press(Key::enter);
  CHECK(watcher.board.opened() == "full");
  auto lines = watcher.lines();
  REQUIRE(lines.size() == 23);
  CHECK(lines[0] == "full healthy [healthy]: fine");
  CHECK(lines[2].starts_with("STATE"));
  CHECK(lines[3].starts_with("fail     critical  check-59"));
  CHECK(lines.back() == "lines 1-22 of 53; Esc: back");
  watcher.press(Key::down);
  CHECK(watcher.lines().back() == "lines 2-23 of 53; Esc: back");
  watcher.press(Key::page_down);
  CHECK(watcher.lines().back() == "lines 23-44 of 53; Esc: back");
  watcher.press(Key::end);
  CHECK(watcher.lines().back() == "lines 32-53 of 53; Esc: back");
  watcher.press(Key::up);
  CHECK(watcher.lines().back() == "lines 31-52 of 53; Esc: back");

  watcher.canvas.has_colour = true;
  watcher.press(Key::home);
  CHECK(watcher.lines()[3].starts_with("\x1b[31mfail\x1b[m "));
  watcher.canvas.has_colour = false;
  watcher.note({healthy("light")});
  CHECK(watcher.lines() == Lines{"full is gone", "Esc: back"});
  watcher.press(Key::escape);
  CHECK(watcher.selected() == "light");
  watcher.press(Key::enter);  // its document comes with the next reading
  CHECK(watcher.lines() == Lines{"light healthy [healthy]: fine", "reading ...", "Esc: back"});
  CHECK_FALSE(watcher.press(Key{'q'}));
}

TEST_CASE("the list of keys is shown until the next key") {
  Watcher watcher{1};
  const auto before = watcher.lines();
  watcher.type("?");
  const auto lines = watcher.lines();
  for (const auto* word : {"page up", "Enter", "/ ", "Esc", "q "})
    CHECK(
        std::ranges::any_of(lines, [&](const auto& line) { return line.find(word) != line.npos; }));
  CHECK(std::ranges::all_of(lines, [](const auto& line) { return line.size() <= 80; }));
  watcher.type("x");
  CHECK(watcher.lines() == before);
  watcher.type("?");
  CHECK_FALSE(watcher.press(Key{'q'}));
}

}  // namespace board_test
