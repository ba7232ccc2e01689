#include "http/fleet_snapshot.hpp"

#include <doctest/doctest.h>

namespace {

using probe::Reason;
using probe::http::FleetSnapshot;

FleetSnapshot result_of(std::vector<probe::Verdict> verdicts) {
  FleetSnapshot snapshot{.query = {.selection = {.all = true}}};
  snapshot.report.verdicts = std::move(verdicts);
  return snapshot;
}

std::vector<std::string> names_of(const std::vector<probe::Verdict>& verdicts) {
  std::vector<std::string> names;
  for (const auto& verdict : verdicts) names.push_back(verdict.service);
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "a service is answered with its own verdict, or without a key with those of its replicas") {
  const auto snapshot = result_of({{.service = "gone", .reason = Reason::missing},
                                   {.service = "gone:1", .reason = Reason::healthy},
                                   {.service = "lost", .reason = Reason::missing},
                                   {.service = "worker", .reason = Reason::healthy},
                                   {.service = "worker:1", .reason = Reason::stale}});
  CHECK(names_of(verdicts_on("worker", snapshot)) == Names{"worker"});
  CHECK(names_of(verdicts_on("worker:1", snapshot)) == Names{"worker:1"});
  CHECK(names_of(verdicts_on("gone", snapshot)) == Names{"gone:1"});
  CHECK(names_of(verdicts_on("lost", snapshot)) == Names{"lost"});
  CHECK(verdicts_on("work", snapshot).empty());
}

TEST_CASE("a service of which only replicas are listed is not covered: it may have its own key") {
  CHECK(verdicts_on("worker", result_of({{.service = "worker:1", .reason = Reason::healthy}}))
            .empty());
}

TEST_CASE("a problem with the roster says nothing about a service that was not read") {
  auto snapshot = result_of({{.service = "*", .reason = Reason::redis_error}});
  snapshot.report.problem = probe::Problem{Reason::redis_error, "wrong type"};
  CHECK(verdicts_on("a", snapshot).empty());
  snapshot.report.on_demand["a"] = {{.service = "a", .reason = Reason::stale}};
  CHECK(verdicts_on("a", snapshot).at(0).reason == Reason::stale);
}

TEST_CASE("known services are used only if Redis could not list the services") {
  auto snapshot = result_of({{.service = "*", .reason = Reason::missing}});
  name_known_services(snapshot, {"a"});
  CHECK(names_of(snapshot.report.verdicts) == Names{"*"});  // Redis answered: there is no service
  snapshot.report.problem = probe::Problem{Reason::auth, "wrong password"};
  name_known_services(snapshot, {});
  CHECK(names_of(snapshot.report.verdicts) == Names{"*"});
  name_known_services(snapshot, {"a", "b"});
  CHECK(names_of(snapshot.report.verdicts) == Names{"a", "b"});
  CHECK(snapshot.report.verdicts[0].reason == Reason::auth);
  CHECK(snapshot.report.problem.value().what == "wrong password");
  name_known_services(snapshot, {"c"});
  CHECK(names_of(snapshot.report.verdicts) == Names{"a", "b"});
}
