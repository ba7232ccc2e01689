#include "board/core/respond.hpp"

#include <doctest/doctest.h>

namespace {

using board::respond;

probe::Verdict verdict(const std::string& service, probe::Reason reason,
                       const std::string& text = "words") {
  probe::Verdict verdict;
  verdict.service = service;
  verdict.reason = reason;
  verdict.text = text;
  return verdict;
}

board::Snapshot of(std::vector<probe::Verdict> verdicts) {
  const auto listed = verdicts.size();
  return {.reading = std::make_shared<board::Reading>(
              board::Reading{.verdicts = std::move(verdicts), .listed = listed})};
}

board::Response get(std::string_view target, const board::Snapshot& snapshot,
                    std::string_view accept = "*/*") {
  return respond({"GET", target, accept}, snapshot, {});
}

bool has(const board::Response& response, std::string_view text) {
  return response.body.find(text) != std::string::npos;
}

TEST_CASE("200 when the probe would exit 0, 503 when not") {
  auto snapshot =
      of({verdict("good", probe::Reason::healthy), verdict("slow", probe::Reason::degraded)});
  CHECK(get("/health/good", snapshot).status == 200);
  CHECK(get("/health/slow?x=1", snapshot).status == 503);
  CHECK(get("/health", snapshot).status == 503);
  snapshot.exit_policy.degraded = true;
  CHECK(get("/health/slow", snapshot).status == 200);
  CHECK(get("/health", snapshot).status == 200);
  CHECK(get("/health", of({})).status == 503);
}

TEST_CASE("all instances of a service count") {
  const auto snapshot =
      of({verdict("worker:1", probe::Reason::healthy), verdict("worker:2", probe::Reason::stale),
          verdict("worker2", probe::Reason::healthy)});
  CHECK(get("/health/worker", snapshot).status == 503);
  CHECK(get("/health/worker:1", snapshot).status == 200);
  CHECK_FALSE(has(get("/health/worker", snapshot), "worker2"));
}

TEST_CASE("both content types") {
  const auto snapshot = of({verdict("good", probe::Reason::healthy)});
  CHECK(get("/health/good", snapshot).content_type == "application/json");
  for (const auto* accept : {"application/health+json", "text/html, Application/Health+JSON;q=0.5"})
    CHECK(get("/health/good", snapshot, accept).content_type == "application/health+json");
  CHECK(get("/health/good", snapshot, "application/health+json;q=0").content_type ==
        "application/json");
  CHECK(has(get("/health/good", snapshot, "application/health+json"), R"("status":"pass")"));
  CHECK(has(get("/health", snapshot), R"({"status":"healthy","exit":0,"services":[{)"));
}

TEST_CASE("what is not there, and what is not done") {
  const auto snapshot = of({verdict("good", probe::Reason::healthy)});
  for (const auto* target : {"/x", "/health/", "/healthy", "/health/a b", "/health/a/b",
                             "/health/a:b:c", "/health/%67ood", "", "*", "http://x/health"}) {
    CAPTURE(target);
    CHECK(get(target, snapshot).status == 404);
    CHECK_FALSE(board::wish_of({"GET", target, ""}).reading);
  }
  const auto refused = respond({"POST", "/health", ""}, snapshot, {});
  CHECK(refused.status == 405);
  CHECK(refused.headers.back().second == "GET, HEAD");
  CHECK(respond({"HEAD", "/health", ""}, snapshot, {}).status == 200);
  CHECK(get("/health/nobody", snapshot).status == 503);
}

TEST_CASE("healthboard is well when Redis is not") {
  board::Snapshot snapshot;
  snapshot.tally.redis_up = false;
  const auto answer = get("/healthz", snapshot);
  CHECK(answer.status == 200);
  CHECK(has(answer, R"("redis":"down")"));
}

TEST_CASE("text from Redis cannot become HTML") {
  const auto page = get("/", of({verdict("x", probe::Reason::unhealthy, "<b>&\"'\n")}));
  CHECK(page.status == 200);
  CHECK(has(page, "&lt;b&gt;&amp;&quot;&#39;\\n"));
  CHECK_FALSE(has(page, "<b>"));
}

TEST_CASE("the page: worst first, and what is wrong with Redis on top") {
  const auto page =
      get("/", of({verdict("good", probe::Reason::healthy), verdict("bad", probe::Reason::stale)}));
  CHECK(page.body.find("<h2>bad") < page.body.find("<h2>good"));
  CHECK(has(page, "1 of 2 not healthy"));
  auto down = std::make_shared<board::Reading>();
  down->problem = {probe::Reason::unreachable, "cannot connect"};
  CHECK(has(get("/", {.reading = down}), "cannot connect"));
}

TEST_CASE("metrics of the services and of healthboard") {
  auto snapshot = of({verdict("good", probe::Reason::healthy)});
  snapshot.tally.requests[503] = 7;
  const auto metrics = get("/metrics", snapshot);
  CHECK(metrics.content_type == "text/plain; version=0.0.4; charset=utf-8");
  CHECK(has(metrics, "healthboard_requests_total{code=\"503\"} 7\n"));
  CHECK(has(metrics, "service=\"good\""));
}

}  // namespace
