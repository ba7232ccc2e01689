#include "core/change.hpp"

#include <doctest/doctest.h>

#include <utility>

namespace change_test {
namespace {

using namespace std::chrono_literals;
using probe::ChangeDetector;
using probe::FoundSince;
using probe::Problem;
using probe::Reason;

constexpr heartbeat::WallTime noon{1'764'158'400s};

using States = std::vector<std::pair<const char*, Reason>>;

std::vector<probe::Verdict> verdicts(const States& states) {
  std::vector<probe::Verdict> verdicts;
  for (const auto& [service, reason] : states)
    verdicts.push_back({.service = service, .reason = reason, .text = "text"});
  return verdicts;
}

const Problem refused{Reason::unreachable, "refused"};

struct Reader {
  ChangeDetector detector{};

  probe::ReadingChanges read(heartbeat::WallTime at, const States& states,
                             const std::optional<Problem>& problem = std::nullopt) {
    return detector.update(verdicts(states), problem, at);
  }
};

std::vector<std::string> names(const probe::ReadingChanges& changes) {
  std::vector<std::string> names;
  for (const auto& change : changes.verdicts) names.push_back(change.service);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("all services of the first reading are new, the worst first, then by name") {
  Reader reader;
  const auto changes = reader.read(noon, {{"b", Reason::healthy},
                                          {"a", Reason::healthy},
                                          {"d", Reason::degraded},
                                          {"c", Reason::stale}});
  CHECK(names(changes) == Names{"c", "d", "a", "b"});
  CHECK_FALSE(changes.redis);
  CHECK_FALSE(changes.verdicts[0].from);
  CHECK(changes.verdicts[0].to == Reason::stale);
}

TEST_CASE("a change is found once, with its cause and how long the state before had lasted") {
  Reader reader;
  reader.read(noon, {{"a", Reason::healthy}, {"b", Reason::healthy}});
  CHECK(reader.read(noon + 1s, {{"a", Reason::healthy}, {"b", Reason::healthy}}).verdicts.empty());
  const States down{{"a", Reason::stale}, {"b", Reason::healthy}};
  const auto changes = reader.read(noon + 2s, down);
  REQUIRE(changes.verdicts.size() == 1);
  CHECK(changes.verdicts[0] == probe::VerdictChange{.service = "a",
                                                    .at = noon + 2s,
                                                    .from = Reason::healthy,
                                                    .was = FoundSince{noon, false},
                                                    .to = Reason::stale,
                                                    .text = "text"});
  CHECK(reader.read(noon + 3s, down).verdicts.empty());
  const auto back = reader.read(noon + 9s, {{"a", Reason::healthy}, {"b", Reason::healthy}});
  REQUIRE(back.verdicts.size() == 1);
  CHECK(back.verdicts[0].was == FoundSince{noon + 2s, true});
}

TEST_CASE("another reason with the same status is a change") {
  Reader reader;
  reader.read(noon, {{"a", Reason::stale}});
  CHECK(names(reader.read(noon + 1s, {{"a", Reason::missing}})) == Names{"a"});
}

TEST_CASE(
    "a service that comes later is new since then, and one that is no longer listed is gone") {
  Reader reader;
  reader.read(noon, {{"a", Reason::healthy}});
  const auto changes = reader.read(noon + 1s, {{"b", Reason::healthy}});
  CHECK(names(changes) == Names{"b", "a"});
  CHECK_FALSE(changes.verdicts[1].to);
  CHECK(changes.verdicts[1].from == Reason::healthy);
  REQUIRE(reader.detector.states().size() == 1);
  CHECK(reader.detector.states()[0].since == FoundSince{noon + 1s, true});
}

TEST_CASE(
    "while Redis is lost, no service changes, and what changed meanwhile is found afterwards") {
  Reader reader;
  reader.read(noon, {{"a", Reason::healthy}, {"b", Reason::healthy}});
  const States unknown{{"a", Reason::unreachable}, {"b", Reason::unreachable}};
  auto changes = reader.read(noon + 1s, unknown, refused);
  CHECK(changes.verdicts.empty());
  REQUIRE(changes.redis);
  CHECK(changes.redis->problem->what == "refused");
  CHECK_FALSE(reader.read(noon + 2s, unknown, refused).redis);
  CHECK(reader.read(noon + 3s, {}, Problem{Reason::loading, "loading"}).redis);
  changes = reader.read(noon + 4s, {{"a", Reason::healthy}, {"b", Reason::missing}});
  CHECK(names(changes) == Names{"b"});
  REQUIRE(changes.redis);
  CHECK_FALSE(changes.redis->problem);
  CHECK(changes.redis->lost_since == FoundSince{noon + 1s, true});
}

TEST_CASE("what a file says while Redis is lost counts") {
  Reader reader;
  reader.read(noon, {{"a", Reason::healthy}, {"b", Reason::healthy}});
  const auto changes =
      reader.read(noon + 1s, {{"a", Reason::stale}, {"b", Reason::unreachable}}, refused);
  CHECK(names(changes) == Names{"a"});
}

TEST_CASE("where Redis is read, a key that cannot be read is a state of its service") {
  Reader reader;
  CHECK(names(reader.read(noon, {{"a", Reason::healthy}, {"x", Reason::redis_error}})) ==
        Names{"x", "a"});
  const auto changes =
      reader.read(noon + 1s, {{"a", Reason::redis_error}, {"x", Reason::redis_error}});
  CHECK(names(changes) == Names{"a"});
  CHECK(changes.verdicts[0].to == Reason::redis_error);
}

TEST_CASE("after a first reading without Redis, the services are new, and nothing is exact") {
  Reader reader;
  CHECK(reader.read(noon, {{"*", Reason::unreachable}}, refused).redis);
  const auto changes = reader.read(noon + 5s, {{"a", Reason::healthy}});
  CHECK(names(changes) == Names{"a"});
  CHECK(changes.redis->lost_since == FoundSince{noon, false});
  CHECK(reader.detector.states()[0].since == FoundSince{noon + 5s, false});
}

TEST_CASE("a verdict on all services that ends is not a service that is gone") {
  Reader reader;
  reader.read(noon, {{"*", Reason::starting}, {"a", Reason::healthy}});
  CHECK(reader.read(noon + 1s, {{"a", Reason::healthy}}).verdicts.empty());
}

}  // namespace change_test
