#include "core/verdict.hpp"

#include <doctest/doctest.h>

using probe::exit_status;
using probe::ExitPolicy;
using probe::Reason;

namespace {

probe::Verdict because(Reason reason) { return {.service = "a", .reason = reason}; }

}  // namespace

TEST_CASE("only healthy passes by itself") {
  for (auto i = 0; i <= static_cast<int>(Reason::healthy); ++i) {
    const auto reason = static_cast<Reason>(i);
    CAPTURE(to_string(reason));
    CHECK(exit_status(because(reason), ExitPolicy{}) == (reason == Reason::healthy ? 0 : 1));
  }
}

TEST_CASE("each exit policy lets only its own verdicts pass, besides healthy") {
  for (auto i = 0; i <= static_cast<int>(Reason::healthy); ++i) {
    const auto reason = static_cast<Reason>(i);
    CAPTURE(to_string(reason));
    const auto passes = [&](const ExitPolicy& exit_policy) {
      return exit_status(because(reason), exit_policy) == 0;
    };
    const bool healthy = reason == Reason::healthy;
    CHECK(passes({.degraded = true}) == (healthy || reason == Reason::degraded));
    CHECK(passes({.starting = true}) == (healthy || reason == Reason::starting));
    CHECK(passes({.redis_trouble = true}) == (healthy || is_redis_trouble(reason)));
  }
}

TEST_CASE("the worst of several verdicts decides, and no verdict does not pass") {
  using Verdicts = std::vector<probe::Verdict>;
  CHECK(exit_status(Verdicts{because(Reason::healthy), because(Reason::healthy)}, {}) == 0);
  CHECK(exit_status(Verdicts{because(Reason::healthy), because(Reason::stale)}, {}) == 1);
  CHECK(exit_status(Verdicts{}, {}) == 1);
}

TEST_CASE("Nagios is told OK, WARNING, CRITICAL or UNKNOWN") {
  for (auto i = 0; i <= static_cast<int>(Reason::healthy); ++i) {
    const auto verdict = because(static_cast<Reason>(i));
    CAPTURE(to_string(verdict.reason));
    const auto status = [&](const ExitPolicy& exit_policy) {
      return probe::nagios_status({&verdict, 1}, exit_policy);
    };
    const bool warning = verdict.reason == Reason::degraded || verdict.reason == Reason::starting;
    const int expected = verdict.reason == Reason::healthy ? 0
                         : warning                         ? 1
                         : verdict.reason == Reason::usage ? 3
                                                           : 2;
    CHECK(status({}) == expected);
    CHECK(status({.degraded = true}) == (verdict.reason == Reason::degraded ? 0 : expected));
    CHECK(status({.starting = true}) == (verdict.reason == Reason::starting ? 0 : expected));
    CHECK(status({.redis_trouble = true}) == (is_redis_trouble(verdict.reason) ? 0 : expected));
  }
}

TEST_CASE("for Nagios, too, the worst decides: critical, unknown, warning") {
  using Verdicts = std::vector<probe::Verdict>;
  const auto status = [](const Verdicts& verdicts) { return probe::nagios_status(verdicts, {}); };
  CHECK(status({because(Reason::degraded), because(Reason::stale), because(Reason::usage)}) == 2);
  CHECK(status({because(Reason::degraded), because(Reason::usage)}) == 3);
  CHECK(status({because(Reason::healthy), because(Reason::starting)}) == 1);
  CHECK(status({}) == 3);
}
