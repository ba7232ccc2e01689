#include "http/read_coalescer.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using probe::http::FleetSnapshot;
using probe::http::OnDemandServices;
using probe::http::ReadCoalescer;
using namespace std::chrono_literals;

namespace {

using Time = ReadCoalescer::TimePoint;
using Names = std::vector<std::string>;

constexpr Time start{100s};

probe::FleetQuery query_on(Names services) {
  return {.selection = {.services = services, .all = services.empty()}};
}

FleetSnapshot healthy(const Names& listed, const Names& on_demand = {}) {
  FleetSnapshot snapshot{.query = query_on({})};
  for (const auto& name : listed)
    snapshot.report.verdicts.push_back({.service = name, .reason = probe::Reason::healthy});
  for (const auto& name : on_demand)
    snapshot.report.on_demand[name] = {{.service = name, .reason = probe::Reason::healthy}};
  return snapshot;
}

FleetSnapshot unreachable() {
  FleetSnapshot snapshot{.query = query_on({})};
  snapshot.report = report_without_redis(snapshot.query, {probe::Reason::unreachable, "no Redis"});
  return snapshot;
}

/// A request, and the answers to it.
struct Client {
  int answers = 0;
  std::shared_ptr<const FleetSnapshot> snapshot{};

  void ask(ReadCoalescer& coalescer, const std::string& service, Time now) {
    coalescer.request(
        service,
        [this](auto found) {
          ++answers;
          snapshot = std::move(found);
        },
        now);
  }
};

ReadCoalescer of(Names services) { return {query_on(std::move(services)), 2s}; }

}  // namespace

TEST_CASE("a poll serves all requests that arrive while it runs") {
  auto coalescer = of({"a"});
  Client first, second, third;
  first.ask(coalescer, "", start);
  CHECK(coalescer.next_poll().value() <= start);
  CHECK(coalescer.begin(start).empty());
  CHECK_FALSE(coalescer.next_poll());  // one is under way
  second.ask(coalescer, "a", start + 10ms);
  CHECK_FALSE(coalescer.next_poll());
  coalescer.complete(healthy({"a"}));
  CHECK(first.answers == 1);
  CHECK(second.answers == 1);
  CHECK(first.snapshot == second.snapshot);
  third.ask(coalescer, "a", start + 999ms);
  CHECK(third.snapshot == first.snapshot);
  CHECK_FALSE(coalescer.next_expiry());
}

TEST_CASE("without a request, a poll is due once a second, and takes half of the time at most") {
  auto coalescer = of({"a"});
  CHECK(coalescer.next_poll().value() <= start);  // the first one at once
  coalescer.begin(start);
  CHECK_FALSE(coalescer.next_poll());  // one is under way
  auto snapshot = healthy({"a"});
  snapshot.took = 500ms;
  coalescer.complete(snapshot);
  CHECK(coalescer.next_poll() == start + 1s);
  coalescer.begin(start + 1s);
  snapshot.took = 3s;
  coalescer.complete(snapshot);
  CHECK(coalescer.next_poll() == start + 7s);
  Client client;
  client.ask(coalescer, "", start + 5s);
  CHECK(coalescer.next_poll() == start + 2s);
}

TEST_CASE(
    "a snapshot is used for one second from the beginning of its poll, and the next poll is not "
    "due "
    "before") {
  auto coalescer = of({"a"});
  Client early, late;
  early.ask(coalescer, "", start);
  coalescer.begin(start);
  coalescer.complete(healthy({"a"}));
  late.ask(coalescer, "", start + 1s);
  CHECK(late.answers == 0);
  CHECK(coalescer.next_poll() == start + 1s);
  coalescer.begin(start + 1s);
  coalescer.complete(healthy({"a"}));
  CHECK(late.answers == 1);
}

TEST_CASE("a running poll does not make the snapshot before it younger") {
  auto coalescer = of({"a"});
  Client before, first, second, third;
  before.ask(coalescer, "a", start);
  coalescer.begin(start);
  coalescer.complete(healthy({"a"}));
  // After 45 s without a request.
  first.ask(coalescer, "a", start + 45s);
  CHECK(coalescer.next_poll().value() <= start + 45s);
  coalescer.begin(start + 45s);
  second.ask(coalescer, "a", start + 45s + 1ms);
  third.ask(coalescer, "", start + 45s + 999ms);
  CHECK(first.answers + second.answers + third.answers == 0);
  coalescer.complete(unreachable());
  for (const auto* client : {&first, &second, &third}) {
    REQUIRE(client->answers == 1);
    CHECK(client->snapshot->report.problem);
  }
}

TEST_CASE("a late snapshot serves the requests that waited, and no later request") {
  auto coalescer = of({"a"});
  Client waiting, next;
  waiting.ask(coalescer, "a", start);
  coalescer.begin(start);
  waiting.ask(coalescer, "a", start + 1500ms);
  coalescer.complete(healthy({"a"}));  // at 1.6 s
  CHECK(waiting.answers == 2);
  next.ask(coalescer, "a", start + 1700ms);
  CHECK(next.answers == 0);
  CHECK(coalescer.next_poll().value() <= start + 1700ms);
}

TEST_CASE("a service that the snapshot does not cover waits for the next poll, which reads it") {
  auto coalescer = of({"worker"});
  Client other, on_demand;
  other.ask(coalescer, "worker", start);
  CHECK(coalescer.begin(start) == Names{"worker"});
  on_demand.ask(coalescer, "b", start);
  coalescer.complete(healthy({"worker"}));
  CHECK(other.answers == 1);
  CHECK(on_demand.answers == 0);
  CHECK(coalescer.next_poll() == start + 1s);
  CHECK(coalescer.begin(start + 1s) == Names{"b", "worker"});
  coalescer.complete(healthy({"worker"}, {"b"}));
  CHECK(on_demand.answers == 1);
}

TEST_CASE("a poll reads every service that a request waits for, without a limit") {
  auto coalescer = of({"a"});
  std::vector<Client> clients(100);
  Names names;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    names.push_back("n" + std::to_string(i));
    clients[i].ask(coalescer, names.back(), start);
  }
  std::ranges::sort(names);
  CHECK(coalescer.begin(start) == names);
  coalescer.complete(healthy({"a"}, names));
  CHECK(std::ranges::all_of(clients, [](const Client& client) { return client.answers == 1; }));
}

TEST_CASE("a request that has waited long enough is answered without a snapshot") {
  auto coalescer = of({"a"});
  Client first, second;
  first.ask(coalescer, "", start);
  second.ask(coalescer, "b", start + 1ms);
  coalescer.begin(start);
  CHECK(coalescer.next_expiry() == start + 2s);
  coalescer.expire(start + 1999ms, {});
  CHECK(first.answers == 0);
  coalescer.expire(start + 2s, probe::http::WallTime{7s});
  REQUIRE(first.answers == 1);
  CHECK(second.answers == 0);
  CHECK(coalescer.next_expiry() == start + 2001ms);
  CHECK(first.snapshot->query.now == probe::http::WallTime{7s});
  CHECK(first.snapshot->report.problem.value().reason == probe::Reason::timeout);
  REQUIRE(first.snapshot->report.verdicts.size() == 1);
  CHECK(first.snapshot->report.verdicts[0].reason == probe::Reason::timeout);
  CHECK(verdicts_on("b", *first.snapshot).at(0).reason == probe::Reason::timeout);
  coalescer.complete(healthy({"a"}, {"b"}));
  CHECK(first.answers == 1);
  CHECK(second.answers == 1);
}

TEST_CASE("a service that was not read is not answered by a problem of the others") {
  auto coalescer = of({});
  Client fleet, service;
  fleet.ask(coalescer, "", start);
  coalescer.begin(start);
  coalescer.complete(unreachable());
  service.ask(coalescer, "a", start + 1ms);
  CHECK(service.answers == 0);
  CHECK(coalescer.begin(start + 1s) == Names{"a"});
  coalescer.complete(healthy({}, {"a"}));
  CHECK(service.answers == 1);
}

TEST_CASE("the services of a fleet are still named when Redis is unreachable") {
  auto coalescer = of({});
  Client client;
  const auto names = [&] {
    Names found;
    for (const auto& verdict : client.snapshot->report.verdicts) found.push_back(verdict.service);
    return found;
  };
  client.ask(coalescer, "", start);
  coalescer.begin(start);
  coalescer.complete(unreachable());
  CHECK(names() == Names{"*"});
  client.ask(coalescer, "", start + 1s);
  coalescer.begin(start + 1s);
  coalescer.complete(healthy({"a", "b"}));
  client.ask(coalescer, "", start + 2s);
  coalescer.begin(start + 2s);
  coalescer.complete(unreachable());
  CHECK(names() == Names{"a", "b"});
  CHECK(client.snapshot->report.verdicts[1].reason == probe::Reason::unreachable);
  client.ask(coalescer, "", start + 3s);
  coalescer.expire(start + 5s, {});
  CHECK(names() == Names{"a", "b"});
  CHECK(client.snapshot->report.verdicts[1].reason == probe::Reason::timeout);
}

TEST_CASE(
    "the number of on-demand services is limited, the one with the oldest request is replaced") {
  OnDemandServices services;
  services.add("first", Time{});
  for (std::size_t i = 1; i < OnDemandServices::max_services; ++i)
    services.add("n" + std::to_string(i), Time{});
  CHECK(services.names(Time{}).size() == OnDemandServices::max_services);
  services.add("first", Time{});
  services.add("one more", Time{});
  const auto names = services.names(Time{});
  CHECK(names.size() == OnDemandServices::max_services);
  CHECK(std::ranges::count(names, "first") == 1);
  CHECK(std::ranges::count(names, "n1") == 0);
}

TEST_CASE("an on-demand service stays for a minute") {
  OnDemandServices services;
  services.add("worker", Time{});
  CHECK(services.names(Time{} + OnDemandServices::lifetime).size() == 1);
  CHECK(services.names(Time{} + OnDemandServices::lifetime + 1ms).empty());
}
