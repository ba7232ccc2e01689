#include "run/trace.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace std::chrono_literals;
using heartbeat::redis::Stage;
using probe::deadline_passed;
using probe::Reason;
using probe::Trace;

TEST_CASE("a trace reports every stage that begins, and records its end") {
  std::vector<std::string> told;
  Trace trace{Trace::Steady::now() - 1s,
              [&](Stage, const std::string& where) { told.push_back(where); }, true};
  trace.begun(Stage::lookup, "redis");
  trace.ended("10.0.0.1:6379");
  trace.begun(Stage::connect, "10.0.0.1:6379");
  CHECK(told == std::vector<std::string>{"redis", "10.0.0.1:6379"});
  const auto steps = trace.steps();
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].what == "look up redis");
  CHECK(steps[0].outcome == "10.0.0.1:6379");
  CHECK(steps[0].at >= 1s);
  CHECK(steps[1].what == "connect to 10.0.0.1:6379");
  CHECK(steps[1].outcome.empty());
  CHECK(steps[1].at >= steps[0].at + steps[0].took);
}

TEST_CASE("a trace that keeps no steps reports every stage all the same") {
  std::vector<std::string> told;
  Trace trace{Trace::Steady::now(), [&](Stage, const std::string& where) { told.push_back(where); },
              false};
  trace.begun(Stage::lookup, "redis");
  trace.ended("10.0.0.1:6379");
  CHECK(told == std::vector<std::string>{"redis"});
  CHECK(trace.steps().empty());
}

TEST_CASE("the problem names the stage in which the deadline passed") {
  const struct {
    Stage stage;
    Reason reason;
    const char* what;
  } table[] = {
      {Stage::lookup, Reason::dns, "no answer from the resolver within 2s for 'h'"},
      {Stage::connect, Reason::timeout, "h: no connection within 2s"},
      {Stage::tls, Reason::timeout, "h: no answer to the TLS handshake within 2s"},
      {Stage::login, Reason::timeout, "h: no answer to AUTH within 2s"},
      {Stage::sentinel, Reason::timeout, "sentinel h: no answer to AUTH or SENTINEL within 2s"},
      {Stage::query, Reason::timeout, "h: no answer to AUTH, SELECT, GETRANGE or PTTL within 2s"},
      {Stage::redirect, Reason::timeout, "cluster node h: no answer to GETRANGE or PTTL within 2s"},
  };
  for (const auto& row : table) {
    CAPTURE(row.what);
    const auto problem = deadline_passed(row.stage, "h", 2s);
    CHECK(problem.reason == row.reason);
    CHECK(problem.what == row.what);
  }
}
