#include "core/fleet_report.hpp"

#include <doctest/doctest.h>

using probe::FleetQuery;
using probe::FleetReport;
using probe::Problem;
using probe::Reason;
using probe::Verdict;
using namespace std::chrono_literals;

namespace {

using Names = std::vector<std::string>;

Verdict verdict(const char* service, Reason reason) {
  return {.service = service, .reason = reason, .text = "t"};
}

FleetQuery query_for(Names services, std::size_t min_healthy = 0) {
  return {.selection = {.services = std::move(services), .min_healthy = min_healthy}};
}

const FleetQuery all{.selection = {.all = true}};

probe::FileReading file_of(const char* service) {
  return {"/run/f.json",
          probe::FileContent{
              R"({"status":"healthy","ttl_ms":9000,"service":")" + std::string{service} + "\"}",
              heartbeat::WallTime{1h}},
          {.wall = heartbeat::WallTime{1h}}};
}

std::string picked(const char* name, const FleetReport& report, const FleetQuery& query) {
  std::string text;
  for (const auto& verdict : verdicts_for(name, report, query))
    text += verdict.service + " " + std::string{to_string(verdict.reason)} + "; ";
  return text;
}

}  // namespace

TEST_CASE("Redis is the problem if it answered for no service") {
  const auto problem = [](std::vector<Verdict> verdicts, std::vector<Verdict> extra = {}) {
    decltype(FleetReport::on_demand) on_demand;
    if (!extra.empty()) on_demand["x"] = std::move(extra);
    return fleet_report(query_for({"a", "b"}), std::move(verdicts), std::move(on_demand)).problem;
  };
  const auto silent = problem({verdict("a", Reason::timeout), verdict("b", Reason::dns)});
  REQUIRE(silent);
  CHECK(silent->reason == Reason::timeout);
  CHECK(silent->what == "t");
  CHECK_FALSE(problem({verdict("a", Reason::timeout), verdict("b", Reason::missing)}));
  CHECK_FALSE(problem({verdict("a", Reason::timeout)}, {verdict("x", Reason::healthy)}));
  CHECK(problem({}, {verdict("x", Reason::denied)})->reason == Reason::denied);
  CHECK_FALSE(problem({}));
}

TEST_CASE("the file decides if Redis is unreachable, and the problem is reported as well") {
  auto query = query_for({"a", "b"});
  query.file = file_of("a");
  const auto report = report_without_redis(query, {Reason::timeout, "late"});
  REQUIRE(report.verdicts.size() == 2);
  CHECK(report.verdicts[0].reason == Reason::healthy);
  CHECK(report.verdicts[1].reason == Reason::timeout);
  CHECK(report.problem->what == "late");
  // A wrong setting is not a problem of Redis.
  CHECK(report_without_redis(query, {Reason::usage, "bad"}).verdicts[0].reason == Reason::usage);
}

TEST_CASE("without Redis there is a verdict on each name, or on all services") {
  auto query = query_for({"a"});
  query.on_demand = {"a", "x"};
  const auto named = report_without_redis(query, {Reason::dns, "why"});
  CHECK(named.verdicts.size() == 1);
  CHECK(named.on_demand.size() == 1);
  CHECK(picked("x", named, query) == "x dns; ");
  const auto fleet = report_without_redis(all, {Reason::dns, "why"});
  REQUIRE(fleet.verdicts.size() == 1);
  CHECK(fleet.verdicts[0].service == "*");
  CHECK(fleet.verdicts[0].text == "why");
}

TEST_CASE("a file alone is judged for each name, or for the service that it names") {
  auto query = query_for({"a", "b"});
  query.file = file_of("a");
  query.on_demand = {"x"};
  const auto two = report_from_file(query);
  CHECK(two.verdicts[0].reason == Reason::healthy);
  CHECK(two.verdicts[1].reason == Reason::foreign_service);
  CHECK(picked("x", two, query) == "x foreign-service; ");
  CHECK_FALSE(two.problem);

  query.selection.services.clear();
  const auto own = report_from_file(query);
  REQUIRE(own.verdicts.size() == 1);
  CHECK(own.verdicts[0].service == "a");

  query.file = file_of("not a name");
  CHECK(report_from_file(query).verdicts.empty());
  CHECK(report_from_file(query).problem->what == "/run/f.json holds the document of not a name");
  query.file = probe::FileReading{"/run/f.json", probe::NoFile{}, {}};
  CHECK(report_from_file(query).problem->what == "no file /run/f.json");
}

TEST_CASE("with min_healthy, replicas are counted, and their verdicts are kept") {
  const auto query = query_for({"w", "v"}, 2);
  const auto report = fleet_report(query,
                                   {verdict("w:1", Reason::healthy), verdict("w:2", Reason::stale),
                                    verdict("v", Reason::healthy)},
                                   {});
  REQUIRE(report.verdicts.size() == 2);
  CHECK(report.verdicts[0].service == "w");
  CHECK(report.verdicts[0].reason == Reason::stale);
  CHECK(report.members.size() == 3);
  CHECK(picked("w", report, query) == "w stale; ");
  CHECK(picked("v", report, query) == "v healthy; ");
  CHECK(picked("w:1", report, query) == "w:1 healthy; ");
}

TEST_CASE("in a fleet, a name's own key counts, its replicas count only if the key is missing") {
  const FleetReport report{
      .verdicts = {verdict("own", Reason::healthy), verdict("own:1", Reason::stale),
                   verdict("was", Reason::missing), verdict("was:1", Reason::healthy),
                   verdict("was:2", Reason::stale), verdict("gone", Reason::missing),
                   verdict("new:1", Reason::healthy)}};
  CHECK(picked("own", report, all) == "own healthy; ");
  CHECK(picked("own:1", report, all) == "own:1 stale; ");
  CHECK(picked("was", report, all) == "was:1 healthy; was:2 stale; ");
  CHECK(picked("gone", report, all) == "gone missing; ");
  // The service may have a key of its own that was not read.
  CHECK(picked("new", report, all).empty());
  CHECK(picked("other", report, all).empty());
  CHECK(picked("wa", report, all).empty());
}

TEST_CASE("the replicas of a selected name cover it, and cover no other name") {
  const auto query = query_for({"w"});
  const FleetReport report{
      .verdicts = {verdict("w:1", Reason::healthy), verdict("v:1", Reason::healthy)}};
  CHECK(picked("w", report, query) == "w:1 healthy; ");
  CHECK(picked("v", report, query).empty());
}

TEST_CASE("an on-demand name has what was read for it") {
  const FleetReport report{.verdicts = {verdict("new:1", Reason::stale)},
                           .on_demand = {{"new", {verdict("new", Reason::healthy)}}}};
  CHECK(picked("new", report, all) == "new healthy; ");
  CHECK(picked("new:1", report, all) == "new:1 stale; ");
}

TEST_CASE(
    "a service that a scan found missing is not judged by replicas that only the scan found") {
  const FleetQuery scan{.selection = {.all = true, .scan = true}};
  const FleetReport report{
      .verdicts = {verdict("w", Reason::missing), verdict("w:1", Reason::healthy)}};
  CHECK(picked("w", report, scan).empty());
  CHECK(picked("w:1", report, scan) == "w:1 healthy; ");
  CHECK(picked("w", report, all) == "w:1 healthy; ");
}

TEST_CASE("a fleet without services says where it looked") {
  FleetQuery query{.selection = {.all = true}, .acceptance = {.prefix = "health:"}};
  CHECK(no_service_found(query).reason == Reason::missing);
  CHECK(no_service_found(query).what ==
        "health::services lists no service: no service has written to it");
  query.selection.scan = true;
  CHECK(no_service_found(query).what ==
        "health::services lists no service, and no key matches health:*");
}
