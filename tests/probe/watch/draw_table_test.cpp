#include "watch/board.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "core/silence.hpp"
#include "render/render.hpp"

using namespace std::chrono_literals;
using probe::Canvas;
using probe::Reason;
using probe::StatusTable;
using probe::SteadyTime;

namespace {

constexpr SteadyTime start{1h};
constexpr heartbeat::WallTime clock_time{9h + 15min + 2s + 345ms};
using Lines = std::vector<std::string>;

Lines lines_of(std::string_view text) {
  Lines lines(1);
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  return lines;
}

/// The width of text in which only characters of three or more bytes are wide.
std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    columns += byte < 0x80 ? 1U : byte >= 0xe0 ? 2U : 0U;
  }
  return columns;
}

struct Fixture {
  StatusTable table;
  probe::Board board;

  void note(SteadyTime at, std::vector<probe::Verdict> verdicts) {
    table.update({std::move(verdicts), "health:* at redis:6379", at});
  }

  /// Without the hint at the end of the first line.
  Lines drawn(SteadyTime now, std::size_t columns = 80, std::size_t rows = 24) {
    auto lines = lines_of(board.draw(table, {columns, rows, false}, now, clock_time));
    if (auto& head = lines.front(); head.ends_with("  ?: keys")) {
      CHECK(columns_of(head) == columns);
      head.erase(head.find_last_not_of(' ', head.size() - 10) + 1);
    }
    return lines;
  }
};

probe::Verdict healthy_verdict(std::string name) {
  return {.service = std::move(name),
          .reason = Reason::healthy,
          .text = "2 checks pass",
          .age = 3s,
          .limit = 30s};
}

probe::Verdict stale(std::string name) {
  return {.service = std::move(name),
          .reason = Reason::stale,
          .text = "last beat 41s ago, limit 30s",
          .age = 41s,
          .limit = 30s};
}

probe::Verdict silent(Reason reason) {
  return {.service = "*", .reason = reason, .text = "redis:6379: Connection refused"};
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "a table before the first answer") {
  CHECK(drawn(start) == Lines{"09:15:02Z  no answer yet"});
}

TEST_CASE_FIXTURE(Fixture, "a line for each service, in columns") {
  note(start, {healthy_verdict("ingestion"),
               stale("w"),
               {.service = "gone", .reason = Reason::missing, .text = "no key health:gone"}});
  CHECK(drawn(start) ==
        Lines{"09:15:02Z  2 unhealthy, 1 healthy  health:* at redis:6379",
              "unhealthy  gone       [missing]  >0s  -        no key health:gone",
              "unhealthy  w          [stale]    11s  41s/30s  last beat 41s ago, limit 30s",
              "healthy    ingestion  [healthy]  >0s  3s/30s   2 checks pass"});
}

TEST_CASE_FIXTURE(Fixture, "ages and times advance between two readings") {
  note(start, {healthy_verdict("a")});
  CHECK(drawn(start + 999ms)[1] == "healthy  a  [healthy]  >0s  3s/30s  2 checks pass");
  CHECK(drawn(start + 1s)[1] == "healthy  a  [healthy]  >1s  4s/30s  2 checks pass");
  note(start + 1s, {healthy_verdict("a"), stale("b")});
  CHECK(drawn(start + 61s)[1] ==
        "unhealthy  b  [stale]    71s   101s/30s  last beat 41s ago, limit 30s");
  CHECK(drawn(start + 61s)[2] == "healthy    a  [healthy]  >61s  63s/30s   2 checks pass");
}

TEST_CASE_FIXTURE(Fixture, "an age without a limit") {
  auto verdict = healthy_verdict("a");
  verdict.limit.reset();
  note(start, {verdict});
  CHECK(drawn(start)[1] == "healthy  a  [healthy]  >0s  3s  2 checks pass");
}

TEST_CASE_FIXTURE(Fixture, "no line is wider than the canvas") {
  auto chatty = stale(std::string(100, 'n'));
  chatty.text = "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字";
  note(start, {healthy_verdict("a"), chatty});
  for (std::size_t columns = 0; columns <= 200; ++columns)
    for (const auto& line : drawn(start, columns)) CHECK(columns_of(line) <= columns);
  const auto narrow = drawn(start, 20);
  REQUIRE(narrow.size() == 7);
  CHECK(narrow[1] == "unhealthy  nnnnn....");
  CHECK(narrow[2] == "  漢字漢字漢字漢字漢");
  CHECK(narrow[6] == "healthy    a     ...");
  const auto wide = drawn(start, 80);
  CHECK(wide[1] == "unhealthy  nnnnnnnnnnnnnnnnnnnnnnn...  [stale]    11s  41s/30s");
  CHECK(wide[2] == "  " + chatty.text);
}

TEST_CASE_FIXTURE(Fixture, "more services than rows") {
  note(start,
       {healthy_verdict("a"), healthy_verdict("b"), healthy_verdict("c"), stale("d"), stale("e")});
  CHECK(drawn(start, 80, 6).size() == 6);
  CHECK(drawn(start, 80, 6).back().starts_with("healthy    c"));
  const auto five = drawn(start, 80, 5);
  REQUIRE(five.size() == 5);
  CHECK(five[3].starts_with("healthy    a"));
  CHECK(five[4] == "... and 2 more healthy");
  CHECK(drawn(start, 80, 3)[2] == "... and 1 more unhealthy, 3 more healthy");
  CHECK(drawn(start, 80, 2)[1] == "... and 2 more unhealthy, 3 more healthy");
  CHECK(drawn(start, 80, 1).size() == 1);
  CHECK(drawn(start, 80, 0).size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "Redis fails and recovers") {
  note(start, {healthy_verdict("a"), stale("b")});
  note(start + 1s, {silent(Reason::unreachable)});
  CHECK(drawn(start + 13s) ==
        Lines{"09:15:02Z  [unreachable] for 12s  1 unhealthy, 1 healthy  redis:6379: Connect...",
              "? unhealthy  b  [stale]    24s   54s/30s  last beat 41s ago, limit 30s",
              "? healthy    a  [healthy]  >13s  16s/30s  2 checks pass"});
  note(start + 14s, {healthy_verdict("a"), stale("b")});
  CHECK(drawn(start + 14s)[0] == "09:15:02Z  1 unhealthy, 1 healthy  health:* at redis:6379");
  CHECK(drawn(start + 14s)[2] == "healthy    a  [healthy]  >14s  3s/30s   2 checks pass");
}

TEST_CASE_FIXTURE(Fixture, "Redis has not answered yet") {
  note(start, {silent(Reason::dns)});
  CHECK(drawn(start + 5s) ==
        Lines{"09:15:02Z  [dns] for >5s  no answer yet  redis:6379: Connection refused"});
}

TEST_CASE_FIXTURE(Fixture, "words have colours, unless colours are off") {
  note(start, {healthy_verdict("a"), stale("b"), {.service = "c", .reason = Reason::starting}});
  const auto coloured = [&](std::size_t columns) {
    return lines_of(board.draw(table, {columns, 24, true}, start + 1s, clock_time));
  };
  CHECK(coloured(80)[1].starts_with("\x1b[31munhealthy\x1b[m  b  [stale]"));
  CHECK(coloured(80)[2].starts_with("\x1b[33mstarting\x1b[m   c  "));
  CHECK(coloured(80)[3].starts_with("\x1b[32mhealthy\x1b[m    a  "));
  CHECK(coloured(80)[0].find('\x1b') == std::string::npos);
  CHECK(coloured(9)[1] == "\x1b[31munheal...\x1b[m");
  CHECK(coloured(0)[1].empty());
  CHECK(board.draw(table, {80, 24, false}, start, clock_time).find('\x1b') == std::string::npos);
  note(start + 1s, {silent(Reason::timeout)});
  CHECK(coloured(80)[0].starts_with("09:15:02Z  \x1b[31m[timeout]\x1b[m for 0s"));
  CHECK(coloured(80)[1].starts_with("? unhealthy  b"));
}

TEST_CASE_FIXTURE(Fixture, "text from Redis moves no cursor") {
  auto hostile = stale("a");
  hostile.text = "\x1b[2J\r\n\t\x9b\xe2\x80\xae\xff";
  note(start, {hostile, {.service = "\x1b]0;x\x07", .reason = Reason::healthy}});
  note(start + 1s, {hostile, {.service = "*", .reason = Reason::denied, .text = "\x1b[H"}});
  const auto harmless = [](std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) { return c >= ' ' || c == '\n'; });
  };
  const auto text = board.draw(table, {200, 24, false}, start, clock_time);
  CHECK(harmless(text));
  CHECK(text.find(R"(\x1b[2J\r\n\t\x9b\u202e\xff)") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a silenced service says so before its cause, and comes last") {
  note(start, {{.service = "a",
                .reason = Reason::stale,
                .text = "old",
                .silence = std::make_shared<const probe::Silence>(
                    probe::Silence{"a", heartbeat::WallTime{}, "anna@laptop", "restart"})},
               {.service = "b", .reason = Reason::degraded, .text = "slow"}});
  const auto lines = drawn(start, 140);
  REQUIRE(lines.size() == 3);
  CHECK(lines[1].find("slow") != std::string::npos);
  CHECK(lines[2].ends_with("silenced until 1970-01-01T00:00:00Z by anna@laptop: restart; old"));
}
