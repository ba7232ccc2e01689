#include "core/reason.hpp"

#include <doctest/doctest.h>

using probe::HealthStatus;
using probe::Reason;

TEST_CASE("every reason has its word and its verdict") {
  struct Row {
    Reason reason;
    const char* name;
    HealthStatus word;
    bool redis_trouble;
  };
  const Row rows[] = {
      {Reason::usage, "usage", HealthStatus::unknown, false},
      {Reason::dns, "dns", HealthStatus::unknown, true},
      {Reason::unreachable, "unreachable", HealthStatus::unknown, true},
      {Reason::timeout, "timeout", HealthStatus::unknown, true},
      {Reason::tls, "tls", HealthStatus::unknown, true},
      {Reason::auth, "auth", HealthStatus::unknown, true},
      {Reason::denied, "denied", HealthStatus::unknown, true},
      {Reason::loading, "loading", HealthStatus::unknown, true},
      {Reason::redis_error, "redis-error", HealthStatus::unknown, true},
      {Reason::missing, "missing", HealthStatus::unhealthy, false},
      {Reason::wrong_type, "wrong-type", HealthStatus::unhealthy, false},
      {Reason::too_large, "too-large", HealthStatus::unhealthy, false},
      {Reason::malformed, "malformed", HealthStatus::unhealthy, false},
      {Reason::foreign_service, "foreign-service", HealthStatus::unhealthy, false},
      {Reason::no_expiry, "no-expiry", HealthStatus::unhealthy, false},
      {Reason::age_unknown, "age-unknown", HealthStatus::unhealthy, false},
      {Reason::stale, "stale", HealthStatus::unhealthy, false},
      {Reason::foreign_host, "foreign-host", HealthStatus::unhealthy, false},
      {Reason::expect, "expect", HealthStatus::unhealthy, false},
      {Reason::unhealthy, "unhealthy", HealthStatus::unhealthy, false},
      {Reason::degraded, "degraded", HealthStatus::degraded, false},
      {Reason::starting, "starting", HealthStatus::starting, false},
      {Reason::healthy, "healthy", HealthStatus::healthy, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(to_string(row.reason) == row.name);
    CHECK(health_status_of(row.reason) == row.word);
    CHECK(is_redis_trouble(row.reason) == row.redis_trouble);
  }
}
