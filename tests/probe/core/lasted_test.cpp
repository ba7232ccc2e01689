#include "core/lasted.hpp"

#include <doctest/doctest.h>

namespace lasted_test {
namespace {

using namespace std::chrono_literals;
using heartbeat::CheckReport;
using heartbeat::CheckState;
using heartbeat::Severity;
using probe::lasted;
using probe::Reason;

constexpr heartbeat::WallTime written{1'764'158'400s};

CheckReport check(CheckState state, std::chrono::seconds since, Severity severity) {
  return {.name = "c", .severity = severity, .state = state, .since = written - since};
}

probe::Verdict verdict(Reason reason, std::vector<CheckReport> checks) {
  return {.service = "a",
          .reason = reason,
          .age = 2s,
          .limit = 30s,
          .document = std::make_shared<const heartbeat::Document>(heartbeat::Document{
              .started_at = written - 100s, .written_at = written, .checks = std::move(checks)})};
}

const std::vector<CheckReport> mixed{check(CheckState::fail, 10s, Severity::critical),
                                     check(CheckState::fail, 20s, Severity::critical),
                                     check(CheckState::fail, 50s, Severity::warning),
                                     check(CheckState::pass, 90s, Severity::critical),
                                     check(CheckState::pass, 70s, Severity::warning),
                                     check(CheckState::suppressed, 5s, Severity::warning)};

}  // namespace

TEST_CASE("a status lasts since the first of the checks behind it failed") {
  CHECK(lasted(verdict(Reason::unhealthy, mixed)) == 22s);
  CHECK(lasted(verdict(Reason::degraded, mixed)) == 52s);
}

TEST_CASE("a service is healthy at least since its last check passed, and starts since its start") {
  CHECK(lasted(verdict(Reason::healthy, mixed)) == 72s);
  CHECK(lasted(verdict(Reason::starting, mixed)) == 102s);
}

TEST_CASE("a beat is stale since it passed its limit") {
  probe::Verdict stale{.service = "a", .reason = Reason::stale, .age = 41s, .limit = 30s};
  CHECK(lasted(stale) == 11s);
  stale.limit.reset();
  CHECK_FALSE(lasted(stale));
}

TEST_CASE("a service that stopped did so when it wrote its last document") {
  auto stopped = verdict(Reason::unhealthy, {});
  CHECK_FALSE(lasted(stopped));
  stopped.is_farewell = true;
  CHECK(lasted(stopped) == 2s);
}

TEST_CASE("what the document does not say is not known") {
  CHECK_FALSE(lasted({.service = "a", .reason = Reason::missing}));
  CHECK_FALSE(lasted(verdict(Reason::expect, mixed)));
  CHECK_FALSE(lasted(verdict(Reason::degraded, {check(CheckState::pass, 9s, Severity::warning)})));
  auto undated = verdict(Reason::unhealthy, mixed);
  auto document = *undated.document;
  document.written_at.reset();
  undated.document = std::make_shared<const heartbeat::Document>(document);
  CHECK_FALSE(lasted(undated));
}

}  // namespace lasted_test
