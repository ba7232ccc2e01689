#include "core/glance.hpp"

#include <doctest/doctest.h>

using probe::AcceptancePolicy;
using probe::Answer;
using probe::Reason;
using namespace std::chrono_literals;

namespace {

Answer beat(const std::string& status, std::int64_t pttl = 50'000) {
  return {.value = R"({"status":")" + status + R"(","interval_ms":10000,"ttl_ms":60000})",
          .pttl = pttl};
}

/// What it says; where that is yes, judge() agrees.
bool glance(const Answer& answer, const AcceptancePolicy& acceptance = {}) {
  const bool healthy = probe::healthy_at_a_glance(answer, acceptance);
  if (healthy) CHECK(probe::judge("a", answer, acceptance).reason == Reason::healthy);
  return healthy;
}

}  // namespace

TEST_CASE("healthy and fresh, on both sides of the limit") {
  CHECK(glance(beat("healthy")));
  CHECK(glance(beat("healthy", 30'000)));  // three intervals old
  CHECK_FALSE(glance(beat("healthy", 29'999)));
  CHECK(glance(beat("healthy", 40'000), {.max_age = 20s}));
  CHECK_FALSE(glance(beat("healthy", 39'999), {.max_age = 20s}));
  CHECK(glance(beat("healthy", 61'000)));  // SETEX counts whole seconds
  CHECK_FALSE(glance(beat("healthy", 61'001)));
}

TEST_CASE("whatever else it is takes a closer look") {
  for (const auto* status : {"degraded", "starting", "unhealthy", "well"})
    CHECK_FALSE(glance(beat(status)));
  CHECK_FALSE(glance(beat("healthy", Answer::no_key)));
  CHECK_FALSE(glance(beat("healthy", Answer::no_expiry)));
  CHECK_FALSE(glance({.value = probe::WrongType{}, .pttl = 50'000}));
  CHECK_FALSE(glance({.value = probe::Problem{Reason::timeout, ""}, .pttl = 50'000}));
  CHECK_FALSE(glance({.value = R"({"status":"healthy"})", .pttl = 50'000}));
  CHECK_FALSE(glance({.value = "{", .pttl = 50'000}));
}

TEST_CASE("further demands take a closer look") {
  CHECK_FALSE(glance(beat("healthy"), {.own_host = "h"}));
  CHECK_FALSE(glance(beat("healthy"), {.expectations = {*probe::parse_expectation("a < 1")}}));
}
