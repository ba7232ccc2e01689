#include "core/exit_status.hpp"

#include <doctest/doctest.h>

using probe::exit_status;
using probe::Reason;
using probe::Tolerance;

namespace {

probe::Verdict because(Reason reason) { return {.service = "a", .reason = reason}; }

}  // namespace

TEST_CASE("only healthy passes by itself") {
  for (auto i = 0; i <= static_cast<int>(Reason::healthy); ++i) {
    const auto reason = static_cast<Reason>(i);
    CAPTURE(to_string(reason));
    CHECK(exit_status(because(reason), Tolerance{}) == (reason == Reason::healthy ? 0 : 1));
  }
}

TEST_CASE("each tolerance widens what passes by its own, and by nothing else") {
  for (auto i = 0; i <= static_cast<int>(Reason::healthy); ++i) {
    const auto reason = static_cast<Reason>(i);
    CAPTURE(to_string(reason));
    const auto passes = [&](const Tolerance& tolerance) {
      return exit_status(because(reason), tolerance) == 0;
    };
    const bool healthy = reason == Reason::healthy;
    CHECK(passes({.degraded = true}) == (healthy || reason == Reason::degraded));
    CHECK(passes({.starting = true}) == (healthy || reason == Reason::starting));
    CHECK(passes({.redis_trouble = true}) == (healthy || is_redis_trouble(reason)));
  }
}

TEST_CASE("the worst of several decides, and none at all does not pass") {
  using Verdicts = std::vector<probe::Verdict>;
  CHECK(exit_status(Verdicts{because(Reason::healthy), because(Reason::healthy)}, {}) == 0);
  CHECK(exit_status(Verdicts{because(Reason::healthy), because(Reason::stale)}, {}) == 1);
  CHECK(exit_status(Verdicts{}, {}) == 1);
}
