#include "watch/status_table.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace std::chrono_literals;
using probe::HealthStatus;
using probe::Reason;
using probe::StatusTable;
using probe::SteadyTime;
using probe::Verdict;

namespace {

constexpr SteadyTime first_poll{1h};

using States = std::vector<std::pair<const char*, Reason>>;

void note(StatusTable& table, SteadyTime at, const States& states) {
  probe::WatchReading result{.verdicts = {}, .place = "health:* at redis:6379", .at = at};
  for (const auto& [service, reason] : states)
    result.verdicts.push_back({.service = service, .reason = reason, .text = "text"});
  table.update(std::move(result));
}

std::size_t count(const StatusTable& table, HealthStatus word) {
  return table.counts()[static_cast<std::size_t>(word)];
}

std::vector<std::string> names(const StatusTable& table) {
  std::vector<std::string> names;
  for (const auto& row : table.rows()) names.push_back(row.verdict->service);
  return names;
}

const probe::TableRow& row(const StatusTable& table, std::string_view service) {
  for (const auto& row : table.rows())
    if (row.verdict->service == service) return row;
  FAIL("no such row");
  return table.rows().front();
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("rows are sorted by word, the worst first, then by name") {
  StatusTable table;
  CHECK(table.rows().empty());
  CHECK_FALSE(table.is_current());
  note(table, first_poll,
       {{"e", Reason::healthy},
        {"d", Reason::starting},
        {"c", Reason::degraded},
        {"b2", Reason::timeout},
        {"b1", Reason::denied},
        {"a2", Reason::unhealthy},
        {"a1", Reason::stale},
        {"a0", Reason::missing}});
  CHECK(names(table) == Names{"a0", "a1", "a2", "b1", "b2", "c", "d", "e"});
  CHECK(count(table, HealthStatus::unhealthy) == 3);
  CHECK(count(table, HealthStatus::unknown) == 2);
  CHECK(count(table, HealthStatus::degraded) == 1);
  CHECK(count(table, HealthStatus::starting) == 1);
  CHECK(count(table, HealthStatus::healthy) == 1);
  CHECK(table.is_current());
  CHECK_FALSE(table.problem());
}

TEST_CASE("the beginning of a state is known, except for the states of the first reading") {
  StatusTable table;
  note(table, first_poll,
       {{"a", Reason::healthy}, {"b", Reason::healthy}, {"c", Reason::unhealthy}});
  CHECK(row(table, "a").since.at == first_poll);
  CHECK_FALSE(row(table, "a").since.is_known);

  const auto second = first_poll + 1s;
  note(table, second,
       {{"a", Reason::healthy},
        {"b", Reason::degraded},
        {"c", Reason::stale},
        {"new", Reason::healthy}});
  CHECK(row(table, "a").since.at == first_poll);
  CHECK_FALSE(row(table, "a").since.is_known);
  for (const auto* service : {"b", "c", "new"}) {  // another word, another reason, another service
    CHECK(row(table, service).since.at == second);
    CHECK(row(table, service).since.is_known);
  }

  note(table, first_poll + 2s,
       {{"a", Reason::healthy},
        {"b", Reason::degraded},
        {"c", Reason::stale},
        {"new", Reason::healthy}});
  CHECK(row(table, "c").since.at == second);
  CHECK(row(table, "c").since.is_known);
  note(table, first_poll + 3s,
       {{"a", Reason::degraded},
        {"b", Reason::healthy},
        {"c", Reason::stale},
        {"new", Reason::healthy}});
  CHECK(row(table, "a").since.at == first_poll + 3s);
  CHECK(row(table, "a").since.is_known);
  CHECK(row(table, "b").since.at == first_poll + 3s);
}

TEST_CASE("if Redis fails the rows stay, and the beginning of later changes is not known") {
  StatusTable table;
  note(table, first_poll, {{"a", Reason::healthy}, {"b", Reason::degraded}});
  note(table, first_poll + 1s, {{"a", Reason::degraded}, {"b", Reason::degraded}});
  note(table, first_poll + 2s, {{"*", Reason::unreachable}});
  CHECK(names(table) == Names{"a", "b"});
  CHECK_FALSE(table.is_current());
  REQUIRE(table.problem());
  CHECK(table.problem()->reason == Reason::unreachable);
  CHECK(table.problem()->text == "text");
  CHECK(table.problem_since().at == first_poll + 2s);
  CHECK(table.problem_since().is_known);
  CHECK(table.found_at() == first_poll + 1s);

  note(table, first_poll + 3s, {{"*", Reason::unreachable}});
  note(table, first_poll + 4s, {{"*", Reason::timeout}});
  CHECK(table.problem_since().at == first_poll + 2s);

  note(table, first_poll + 5s, {{"a", Reason::degraded}, {"b", Reason::healthy}});
  CHECK(table.is_current());
  CHECK_FALSE(table.problem());
  CHECK(row(table, "a").since.at == first_poll + 1s);
  CHECK(row(table, "a").since.is_known);
  CHECK(row(table, "b").since.at == first_poll + 5s);
  CHECK_FALSE(row(table, "b").since.is_known);
}

TEST_CASE("Redis fails from the beginning") {
  StatusTable table;
  note(table, first_poll, {{"a", Reason::dns}, {"b", Reason::dns}});
  CHECK(table.rows().empty());
  REQUIRE(table.problem());
  CHECK_FALSE(table.problem_since().is_known);
  note(table, first_poll + 1s, {{"a", Reason::healthy}, {"b", Reason::healthy}});
  CHECK_FALSE(row(table, "a").since.is_known);
}

TEST_CASE("settings that become wrong later are a problem, too") {
  StatusTable table;
  note(table, first_poll, {{"a", Reason::healthy}});
  note(table, first_poll + 1s, {{"*", Reason::usage}});
  REQUIRE(table.problem());
  CHECK(table.problem()->reason == Reason::usage);
  CHECK(names(table) == Names{"a"});
}

TEST_CASE("the failure of one cluster node affects only the verdicts on its services") {
  StatusTable table;
  note(table, first_poll, {{"a", Reason::healthy}, {"b", Reason::healthy}});
  note(table, first_poll + 1s, {{"a", Reason::timeout}, {"b", Reason::healthy}});
  CHECK(table.is_current());
  CHECK_FALSE(table.problem());
}

TEST_CASE("a result without verdicts has no answer and no problem") {
  CHECK_FALSE(probe::is_answered({.verdicts = {}, .place = {}, .at = first_poll}));
  StatusTable table;
  note(table, first_poll, {});
  CHECK_FALSE(table.is_current());
  CHECK_FALSE(table.problem());
}

TEST_CASE("a failure began when the document says so, and health no later") {
  const auto since = [](StatusTable& table, SteadyTime at, Reason reason, std::chrono::seconds age,
                        heartbeat::CheckState state) {
    constexpr heartbeat::WallTime written{1'764'158'400s};
    probe::WatchReading result{.verdicts = {}, .place = {}, .at = at};
    result.verdicts.push_back(
        {.service = "a",
         .reason = reason,
         .document = std::make_shared<const heartbeat::Document>(heartbeat::Document{
             .written_at = written,
             .checks = {{.name = "c", .state = state, .since = written - age}}})});
    table.update(std::move(result));
    return table.rows()[0].since;
  };
  using heartbeat::CheckState;
  StatusTable table;
  const auto found = since(table, first_poll, Reason::healthy, 90s, CheckState::pass);
  CHECK(found.at == first_poll - 90s);
  CHECK_FALSE(found.is_known);
  CHECK(since(table, first_poll + 1s, Reason::healthy, 5s, CheckState::pass).at == found.at);
  const auto second = first_poll + 10s;
  const auto failed = since(table, second, Reason::unhealthy, 3s, CheckState::fail);
  CHECK(failed.at == second - 3s);
  CHECK(failed.is_known);
  // The age of a beat is known to about a second.
  CHECK(since(table, second + 1s, Reason::unhealthy, 5s, CheckState::fail).at == failed.at);
  CHECK(since(table, second + 9s, Reason::unhealthy, 1s, CheckState::fail).at == second + 8s);
  const auto healed = since(table, second + 20s, Reason::healthy, 0s, CheckState::pass);
  CHECK(healed.at == second + 20s);
  CHECK(healed.is_known);
}
