#include "http/respond.hpp"

#include <doctest/doctest.h>

namespace {

using namespace std::string_view_literals;

probe::Verdict verdict(const std::string& service, probe::Reason reason,
                       const std::string& text = "words") {
  probe::Verdict verdict;
  verdict.service = service;
  verdict.reason = reason;
  verdict.text = text;
  return verdict;
}

/// The data for a response.
struct Facts {
  probe::http::FleetSnapshot snapshot{.query = {.selection = {.all = true}}};
  probe::http::Stats stats{};
};

Facts facts_of(std::vector<probe::Verdict> verdicts) {
  Facts facts;
  facts.snapshot.report.verdicts = std::move(verdicts);
  return facts;
}

probe::http::Response answer(const probe::http::HttpRequest& request, const Facts& facts) {
  const auto route = probe::http::parse_route(request, {});
  if (!route) return probe::http::error_response(route.error().status, route.error().what);
  return route->needs_poll() ? probe::http::respond(*route, facts.snapshot)
                             : probe::http::respond(*route, facts.stats);
}

probe::http::Response get(std::string_view target, const Facts& facts,
                          std::string_view accept = "*/*") {
  return answer({"GET", target, accept}, facts);
}

bool has(const probe::http::Response& response, std::string_view text) {
  return response.body->find(text) != std::string::npos;
}

TEST_CASE("200 if healthprobe would exit with 0, otherwise 503") {
  auto facts =
      facts_of({verdict("good", probe::Reason::healthy), verdict("slow", probe::Reason::degraded)});
  CHECK(get("/health/good", facts).status == 200);
  CHECK(get("/health/slow?x=1", facts).status == 503);
  CHECK(get("/health", facts).status == 503);
  facts.snapshot.query.exit_policy.degraded = true;
  CHECK(get("/health/slow", facts).status == 200);
  CHECK(get("/health", facts).status == 200);
  CHECK(get("/health", facts_of({})).status == 503);
}

TEST_CASE("a service without a key passes only if all its replicas pass") {
  const auto facts = facts_of(
      {verdict("worker", probe::Reason::missing), verdict("worker:1", probe::Reason::healthy),
       verdict("worker:2", probe::Reason::stale), verdict("worker2", probe::Reason::healthy)});
  CHECK(get("/health/worker", facts).status == 503);
  CHECK(get("/health/worker:1", facts).status == 200);
  CHECK_FALSE(has(get("/health/worker", facts), "worker2"));
  CHECK_FALSE(has(get("/health/worker", facts), "missing"));
}

TEST_CASE("a service that no poll has read is 503 with a line of text, not an empty body") {
  const auto response = get("/health/other", facts_of({verdict("good", probe::Reason::healthy)}));
  CHECK(response.status == 503);
  CHECK(response.content_type.starts_with("text/plain"));
  CHECK(*response.body == "Redis has not been asked yet\n");
}

TEST_CASE("both content types") {
  const auto facts = facts_of({verdict("good", probe::Reason::healthy)});
  CHECK(get("/health/good", facts).content_type == "application/json");
  for (const auto* accept : {"application/health+json", "text/html, Application/Health+JSON;q=0.5"})
    CHECK(get("/health/good", facts, accept).content_type == "application/health+json");
  CHECK(get("/health/good", facts, "application/health+json;q=0").content_type ==
        "application/json");
  CHECK(has(get("/health/good", facts, "application/health+json"), R"("status":"pass")"));
  CHECK(has(get("/health", facts), R"({"status":"healthy","exit":0,"services":[{)"));
}

TEST_CASE("the JSON of a service has every check, and that of the fleet counts those that pass") {
  auto good = verdict("good", probe::Reason::healthy);
  good.document = std::make_shared<const heartbeat::Document>(
      heartbeat::Document{.checks = {{.name = "ticks", .state = heartbeat::CheckState::pass},
                                     {.name = "queue", .state = heartbeat::CheckState::waiting}}});
  const auto facts = facts_of({good});
  CHECK(has(get("/health/good", facts), R"("checks":{"queue":{)"));
  CHECK(has(get("/health/good", facts), R"("ticks":{"severity":"critical","state":"pass")"));
  CHECK(has(get("/health", facts), R"("checks":{"queue":{)"));
  CHECK_FALSE(has(get("/health", facts), R"("ticks":)"));
  CHECK(has(get("/health", facts), R"("omitted":{"checks":1})"));
}

TEST_CASE("OPTIONS is answered like GET, and lists the methods") {
  const auto facts =
      facts_of({verdict("good", probe::Reason::healthy), verdict("bad", probe::Reason::stale)});
  const auto options = [&](std::string_view target) {
    return answer({"OPTIONS", target, ""}, facts);
  };
  CHECK(options("/health/good").status == 200);
  CHECK(options("/health/bad").status == 503);
  CHECK(options("/healthz").status == 200);
  for (const auto* target : {"/", "*", "/health"}) CHECK(options(target).status == 503);
  CHECK(*options("/").body == *get("/health", facts).body);
  for (const auto* target : {"/", "/healthz", "/health/bad"})
    CHECK(options(target).headers.back() == std::pair{"Allow"sv, "GET, HEAD, OPTIONS"sv});
}

TEST_CASE("a refused method is told which are not") {
  const auto refused = answer({"POST", "/health", ""}, {});
  CHECK(refused.status == 405);
  CHECK(refused.headers.back() == std::pair{"Allow"sv, "GET, HEAD, OPTIONS"sv});
}

TEST_CASE("healthboard itself is healthy even if Redis is down") {
  Facts facts;
  facts.stats.redis_up = false;
  const auto found = get("/healthz", facts);
  CHECK(found.status == 200);
  CHECK(has(found, R"("redis":"down")"));
  CHECK(has(get("/healthz", {}), R"("redis":"not asked")"));
}

TEST_CASE("text from Redis cannot become HTML") {
  const auto page = get("/", facts_of({verdict("x", probe::Reason::unhealthy, "<b>&\"'\n")}));
  CHECK(page.status == 200);
  CHECK(has(page, "&lt;b&gt;&amp;&quot;&#39;\\n"));
  CHECK_FALSE(has(page, "<b>"));
}

TEST_CASE("the page: the worst service first, and trouble with Redis at the top") {
  const auto page = get("/", facts_of({verdict("good", probe::Reason::healthy),
                                       verdict("bad", probe::Reason::stale)}));
  CHECK(page.body->find(">bad</a>") < page.body->find(">good</a>"));
  CHECK(has(page, "1 of 2 not healthy"));
  Facts down;
  down.snapshot.report.problem = {probe::Reason::unreachable, "cannot connect"};
  CHECK(has(get("/", down),
            "<strong>Redis is unreachable or returns an error:</strong> cannot connect"));
  down.snapshot.report.problem = {probe::Reason::usage, "no file x"};
  CHECK(has(get("/", down), "<strong>The services cannot be read:</strong> no file x"));
}

TEST_CASE("metrics of the services and of healthboard") {
  const auto metrics = get("/metrics", facts_of({verdict("good", probe::Reason::healthy)}));
  CHECK(metrics.content_type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(has(metrics, "health_service=\"good\""));
  probe::http::Stats stats{.requests = {{503, 7}}};
  const auto own_metrics_have = [&](std::string_view text) {
    return probe::http::own_metrics(stats).find(text) != std::string::npos;
  };
  CHECK(own_metrics_have("healthboard_requests_total{code=\"503\"} 7\n"));
  CHECK_FALSE(own_metrics_have("healthboard_redis_up"));  // Redis was not asked
  stats.redis_up = true;
  CHECK(own_metrics_have("healthboard_redis_up 1\n"));
}

}  // namespace
