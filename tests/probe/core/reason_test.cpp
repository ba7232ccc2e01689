#include "core/reason.hpp"

#include <doctest/doctest.h>

using probe::Reason;
using probe::Word;

TEST_CASE("every reason has its word and its verdict") {
  struct Row {
    Reason reason;
    const char* name;
    Word word;
    bool redis_trouble;
  };
  const Row rows[] = {
      {Reason::usage, "usage", Word::unknown, false},
      {Reason::dns, "dns", Word::unknown, true},
      {Reason::unreachable, "unreachable", Word::unknown, true},
      {Reason::timeout, "timeout", Word::unknown, true},
      {Reason::tls, "tls", Word::unknown, true},
      {Reason::auth, "auth", Word::unknown, true},
      {Reason::denied, "denied", Word::unknown, true},
      {Reason::loading, "loading", Word::unknown, true},
      {Reason::redis_error, "redis-error", Word::unknown, true},
      {Reason::missing, "missing", Word::unhealthy, false},
      {Reason::wrong_type, "wrong-type", Word::unhealthy, false},
      {Reason::too_large, "too-large", Word::unhealthy, false},
      {Reason::malformed, "malformed", Word::unhealthy, false},
      {Reason::no_expiry, "no-expiry", Word::unhealthy, false},
      {Reason::stale, "stale", Word::unhealthy, false},
      {Reason::foreign_host, "foreign-host", Word::unhealthy, false},
      {Reason::expect, "expect", Word::unhealthy, false},
      {Reason::unhealthy, "unhealthy", Word::unhealthy, false},
      {Reason::degraded, "degraded", Word::degraded, false},
      {Reason::starting, "starting", Word::starting, false},
      {Reason::healthy, "healthy", Word::healthy, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    CHECK(to_string(row.reason) == row.name);
    CHECK(word_of(row.reason) == row.word);
    CHECK(is_redis_trouble(row.reason) == row.redis_trouble);
  }
}
