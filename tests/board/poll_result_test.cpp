#include "board/core/poll_result.hpp"

#include <doctest/doctest.h>

namespace {

using board::PollResult;
using probe::Reason;

PollResult result_of(std::vector<probe::Verdict> verdicts) {
  PollResult result{.query = {.selection = {.all = true}}};
  result.report.verdicts = std::move(verdicts);
  return result;
}

std::vector<std::string> names_of(const std::vector<probe::Verdict>& verdicts) {
  std::vector<std::string> names;
  for (const auto& verdict : verdicts) names.push_back(verdict.service);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a service's own verdict is the answer; without a key, its replicas are") {
  const auto result = result_of({{.service = "gone", .reason = Reason::missing},
                                 {.service = "gone:1", .reason = Reason::healthy},
                                 {.service = "lost", .reason = Reason::missing},
                                 {.service = "worker", .reason = Reason::healthy},
                                 {.service = "worker:1", .reason = Reason::stale}});
  CHECK(names_of(verdicts_on("worker", result)) == Names{"worker"});
  CHECK(names_of(verdicts_on("worker:1", result)) == Names{"worker:1"});
  CHECK(names_of(verdicts_on("gone", result)) == Names{"gone:1"});
  CHECK(names_of(verdicts_on("lost", result)) == Names{"lost"});
  CHECK(verdicts_on("work", result).empty());
}

TEST_CASE(
    "a service of which only replicas are listed may have a key of its own: it is not covered") {
  CHECK(verdicts_on("worker", result_of({{.service = "worker:1", .reason = Reason::healthy}}))
            .empty());
}

TEST_CASE("without Redis every service has a verdict") {
  auto result = result_of({{.service = "*", .reason = Reason::unreachable}});
  CHECK(verdicts_on("a", result).empty());
  result.report.problem = probe::Problem{Reason::unreachable, "no Redis"};
  const auto verdicts = verdicts_on("a", result);
  REQUIRE(names_of(verdicts) == Names{"a"});
  CHECK(verdicts[0].reason == Reason::unreachable);
  CHECK(verdicts[0].text == "no Redis");
}

TEST_CASE("known services are named only where Redis could not name them") {
  auto result = result_of({{.service = "*", .reason = Reason::missing}});
  name_known_services(result, {"a"});
  CHECK(names_of(result.report.verdicts) == Names{"*"});  // Redis answered: there is no service
  result.report.problem = probe::Problem{Reason::auth, "wrong password"};
  name_known_services(result, {});
  CHECK(names_of(result.report.verdicts) == Names{"*"});
  name_known_services(result, {"a", "b"});
  CHECK(names_of(result.report.verdicts) == Names{"a", "b"});
  CHECK(result.report.verdicts[0].reason == Reason::auth);
  CHECK(result.report.problem.value().what == "wrong password");
  name_known_services(result, {"c"});
  CHECK(names_of(result.report.verdicts) == Names{"a", "b"});
}
