#include "core/board.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace std::chrono_literals;
using probe::Board;
using probe::Moment;
using probe::Reason;
using probe::Verdict;
using probe::Word;

namespace {

constexpr Moment start{1h};

using States = std::vector<std::pair<const char*, Reason>>;

void look(Board& board, Moment at, const States& states) {
  probe::Look look{.verdicts = {}, .place = "health:* at redis:6379", .at = at};
  for (const auto& [service, reason] : states)
    look.verdicts.push_back({.service = service, .reason = reason, .text = "text"});
  board.note(std::move(look));
}

std::size_t count(const Board& board, Word word) {
  return board.counts()[static_cast<std::size_t>(word)];
}

std::vector<std::string> gone(const Board& board) {
  return {board.gone().begin(), board.gone().end()};
}

std::vector<std::string> names(const Board& board) {
  std::vector<std::string> names;
  for (const auto& row : board.rows()) names.push_back(row.verdict->service);
  return names;
}

const probe::Row& row(const Board& board, std::string_view service) {
  for (const auto& row : board.rows())
    if (row.verdict->service == service) return row;
  FAIL("no such row");
  return board.rows().front();
}

std::vector<std::string> changed(const Board& board) {
  std::vector<std::string> names;
  for (const auto& row : board.rows())
    if (board.is_changed(row)) names.push_back(row.verdict->service);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the worst comes first, then the names decide") {
  Board board;
  CHECK(board.rows().empty());
  CHECK_FALSE(board.is_current());
  look(board, start,
       {{"e", Reason::healthy},
        {"d", Reason::starting},
        {"c", Reason::degraded},
        {"b2", Reason::timeout},
        {"b1", Reason::denied},
        {"a2", Reason::unhealthy},
        {"a1", Reason::stale},
        {"a0", Reason::missing}});
  CHECK(names(board) == Names{"a0", "a1", "a2", "b1", "b2", "c", "d", "e"});
  CHECK(count(board, Word::unhealthy) == 3);
  CHECK(count(board, Word::unknown) == 2);
  CHECK(count(board, Word::degraded) == 1);
  CHECK(count(board, Word::starting) == 1);
  CHECK(count(board, Word::healthy) == 1);
  CHECK(board.is_current());
  CHECK_FALSE(board.problem());
}

TEST_CASE("since when: unknown of what stood at the first look, known of what changed") {
  Board board;
  look(board, start, {{"a", Reason::healthy}, {"b", Reason::healthy}, {"c", Reason::unhealthy}});
  CHECK(row(board, "a").since.at == start);
  CHECK_FALSE(row(board, "a").since.is_known);

  const auto second = start + 1s;
  look(board, second,
       {{"a", Reason::healthy},
        {"b", Reason::degraded},
        {"c", Reason::stale},
        {"new", Reason::healthy}});
  CHECK(row(board, "a").since.at == start);
  CHECK_FALSE(row(board, "a").since.is_known);
  for (const auto* service : {"b", "c", "new"}) {  // another word, another reason, another service
    CHECK(row(board, service).since.at == second);
    CHECK(row(board, service).since.is_known);
  }

  look(board, start + 2s,
       {{"a", Reason::healthy},
        {"b", Reason::degraded},
        {"c", Reason::stale},
        {"new", Reason::healthy}});
  CHECK(row(board, "c").since.at == second);
  CHECK(row(board, "c").since.is_known);
  look(board, start + 3s,
       {{"a", Reason::degraded},
        {"b", Reason::healthy},
        {"c", Reason::stale},
        {"new", Reason::healthy}});
  CHECK(row(board, "a").since.at == start + 3s);
  CHECK(row(board, "a").since.is_known);
  CHECK(row(board, "b").since.at == start + 3s);
}

TEST_CASE("what changed is told, and ages are no change") {
  Board board;
  CHECK_FALSE(board.is_changed());
  look(board, start, {{"a", Reason::healthy}, {"b", Reason::healthy}});
  CHECK(board.is_changed());
  CHECK(changed(board) == Names{"a", "b"});
  look(board, start + 1s, {{"a", Reason::healthy}, {"b", Reason::healthy}});
  CHECK_FALSE(board.is_changed());
  CHECK(changed(board).empty());
  look(board, start + 2s, {{"a", Reason::healthy}, {"b", Reason::starting}});
  CHECK(board.is_changed());
  CHECK(changed(board) == Names{"b"});
  CHECK(board.gone().empty());
  look(board, start + 3s, {{"b", Reason::starting}, {"c", Reason::healthy}});
  CHECK(board.is_changed());
  CHECK(changed(board) == Names{"c"});
  CHECK(gone(board) == Names{"a"});
  look(board, start + 4s, {{"b", Reason::starting}});
  CHECK(board.is_changed());
  CHECK(gone(board) == Names{"c"});
  look(board, start + 5s, {{"b", Reason::starting}});
  CHECK_FALSE(board.is_changed());
  CHECK(board.gone().empty());
}

TEST_CASE("a Redis that is gone leaves the rows, and what it missed is not known") {
  Board board;
  look(board, start, {{"a", Reason::healthy}, {"b", Reason::degraded}});
  look(board, start + 1s, {{"a", Reason::degraded}, {"b", Reason::degraded}});
  look(board, start + 2s, {{"*", Reason::unreachable}});
  CHECK(names(board) == Names{"a", "b"});
  CHECK_FALSE(board.is_current());
  CHECK(board.is_changed());
  CHECK(changed(board).empty());
  REQUIRE(board.problem());
  CHECK(board.problem()->reason == Reason::unreachable);
  CHECK(board.problem()->text == "text");
  CHECK(board.problem_since().at == start + 2s);
  CHECK(board.problem_since().is_known);
  CHECK(board.found_at() == start + 1s);

  look(board, start + 3s, {{"*", Reason::unreachable}});
  CHECK_FALSE(board.is_changed());
  look(board, start + 4s, {{"*", Reason::timeout}});
  CHECK(board.is_changed());
  CHECK(board.problem_since().at == start + 2s);

  look(board, start + 5s, {{"a", Reason::degraded}, {"b", Reason::healthy}});
  CHECK(board.is_current());
  CHECK(board.is_changed());
  CHECK_FALSE(board.problem());
  CHECK(changed(board) == Names{"b"});
  CHECK(row(board, "a").since.at == start + 1s);
  CHECK(row(board, "a").since.is_known);
  CHECK(row(board, "b").since.at == start + 5s);
  CHECK_FALSE(row(board, "b").since.is_known);
}

TEST_CASE("a Redis that is gone from the beginning") {
  Board board;
  look(board, start, {{"a", Reason::dns}, {"b", Reason::dns}});
  CHECK(board.rows().empty());
  CHECK(board.is_changed());
  REQUIRE(board.problem());
  CHECK_FALSE(board.problem_since().is_known);
  look(board, start + 1s, {{"a", Reason::healthy}, {"b", Reason::healthy}});
  CHECK(changed(board) == Names{"a", "b"});
  CHECK_FALSE(row(board, "a").since.is_known);
}

TEST_CASE("settings that are broken meanwhile are a problem, too") {
  Board board;
  look(board, start, {{"a", Reason::healthy}});
  look(board, start + 1s, {{"*", Reason::usage}});
  REQUIRE(board.problem());
  CHECK(board.problem()->reason == Reason::usage);
  CHECK(names(board) == Names{"a"});
}

TEST_CASE("one node of a cluster that is gone is a verdict on its services, and no more") {
  Board board;
  look(board, start, {{"a", Reason::healthy}, {"b", Reason::healthy}});
  look(board, start + 1s, {{"a", Reason::timeout}, {"b", Reason::healthy}});
  CHECK(board.is_current());
  CHECK_FALSE(board.problem());
  CHECK(changed(board) == Names{"a"});
}

TEST_CASE("a look at nobody says nothing") {
  CHECK_FALSE(probe::is_answered({.verdicts = {}, .place = {}, .at = start}));
  Board board;
  look(board, start, {});
  CHECK_FALSE(board.is_current());
  CHECK_FALSE(board.problem());
  CHECK_FALSE(board.is_changed());
}
