#include "core/fleet_report.hpp"

#include <doctest/doctest.h>

using probe::Reason;
using probe::Verdict;

namespace {

Verdict replica(const char* service, Reason reason) {
  return {.service = service, .reason = reason, .text = "t"};
}

const std::vector<Verdict> three{replica("w:1", Reason::healthy), replica("w:2", Reason::stale),
                                 replica("w:3", Reason::healthy)};

}  // namespace

TEST_CASE("the needed number of replicas is enough, and one fewer is not") {
  const auto enough = with_quorum(three, 2, {});
  REQUIRE(enough.size() == 1);
  CHECK(enough[0].service == "w");
  CHECK(enough[0].reason == Reason::healthy);
  CHECK(enough[0].text == "2 of 3 replicas pass, 2 needed; w:2 unhealthy [stale]: t");

  const auto too_few = with_quorum(three, 3, {});
  CHECK(too_few[0].reason == Reason::stale);
  CHECK(too_few[0].text == "2 of 3 replicas pass, 3 needed; w:2 unhealthy [stale]: t");
}

TEST_CASE("more replicas are needed than there are, although all of them pass") {
  const std::vector<Verdict> one{replica("w:1", Reason::healthy)};
  const auto verdicts = with_quorum(one, 2, {});
  CHECK(verdicts[0].reason == Reason::missing);
  CHECK(verdicts[0].text == "1 of 1 replicas pass, 2 needed");
}

TEST_CASE("a replica counts if the exit policy lets it pass") {
  const std::vector<Verdict> two{replica("w:1", Reason::degraded),
                                 replica("w:2", Reason::starting)};
  CHECK(with_quorum(two, 2, {})[0].reason == Reason::degraded);
  CHECK(with_quorum(two, 2, {.degraded = true})[0].reason == Reason::starting);
  CHECK(with_quorum(two, 2, {.degraded = true, .starting = true})[0].reason == Reason::healthy);
  CHECK(with_quorum(two, 1, {.starting = true})[0].reason == Reason::healthy);
}

TEST_CASE("services without replicas keep their verdicts and their places") {
  const std::vector<Verdict> all{replica("a", Reason::stale), replica("w:1", Reason::healthy),
                                 replica("v:1", Reason::healthy), replica("w:2", Reason::healthy),
                                 replica("z", Reason::healthy)};
  const auto verdicts = with_quorum(all, 1, {});
  REQUIRE(verdicts.size() == 4);
  CHECK(verdicts[0].service == "a");
  CHECK(verdicts[0].reason == Reason::stale);
  CHECK(verdicts[1].service == "w");
  CHECK(verdicts[1].text == "2 of 2 replicas pass, 1 needed");
  CHECK(verdicts[2].service == "v");
  CHECK(verdicts[3].text == "t");
}

TEST_CASE("a service's own key is one more replica, unless it is missing") {
  const std::vector<Verdict> was{replica("w", Reason::missing), replica("w:1", Reason::healthy)};
  REQUIRE(with_quorum(was, 1, {}).size() == 1);
  CHECK(with_quorum(was, 1, {})[0].text == "1 of 1 replicas pass, 1 needed");
  const std::vector<Verdict> is{replica("w", Reason::stale), replica("w:1", Reason::healthy)};
  REQUIRE(with_quorum(is, 2, {}).size() == 1);
  CHECK(with_quorum(is, 2, {})[0].text == "1 of 2 replicas pass, 2 needed; w unhealthy [stale]: t");
}

TEST_CASE("the one verdict on all replicas is silenced if the service is, not if a replica is") {
  const auto counted = [](const char* silenced) {
    probe::FleetReport report{.verdicts = {{.service = "w:1", .reason = probe::Reason::stale},
                                           {.service = "w:2", .reason = probe::Reason::healthy}}};
    probe::set_silences(report, {{silenced, {}, "x", ""}});
    const auto verdicts = probe::with_quorum(report.verdicts, 2, {});
    REQUIRE(verdicts.size() == 1);
    return verdicts[0].silence != nullptr;
  };
  CHECK(counted("w"));
  CHECK_FALSE(counted("w:1"));
}
