#include "redis/failure.hpp"

#include <doctest/doctest.h>

#include <string>

using heartbeat::redis::classify;
using heartbeat::redis::Failure;
using heartbeat::redis::redact;

TEST_CASE("an error reply is classified by its first word") {
  const struct {
    const char* reply;
    Failure failure;
  } table[] = {
      {"NOAUTH Authentication required.", Failure::auth},
      {"WRONGPASS invalid username-password pair or user is disabled.", Failure::auth},
      {"ERR invalid password", Failure::auth},
      {"ERR Client sent AUTH, but no password is set", Failure::auth},
      {"ERR AUTH <password> called without any password configured for the default user. "
       "Are you sure your configuration is correct?",
       Failure::auth},
      {"ERR wrong number of arguments for 'auth' command", Failure::auth},
      {"NOPERM this user has no permissions to run the 'get' command", Failure::denied},
      {"DENIED Redis is running in protected mode", Failure::denied},
      {"LOADING Redis is loading the dataset in memory", Failure::loading},
      {"LOADING", Failure::loading},
      {"LOADINGS", Failure::redis_error},
      {"ERR max number of clients reached", Failure::redis_error},
      {"ERR NOAUTH", Failure::redis_error},
      {"WRONGTYPE Operation against a key", Failure::redis_error},
      {"MASTERDOWN Link with MASTER is down", Failure::redis_error},
      {"", Failure::redis_error},
  };
  for (const auto& row : table) {
    CAPTURE(row.reply);
    CHECK(classify(row.reply) == row.failure);
  }
}

TEST_CASE("a secret is redacted wherever it occurs") {
  CHECK(redact("AUTH hunter2 failed: hunter2", "hunter2") == "AUTH *** failed: ***");
  CHECK(redact("hunter2hunter2", "hunter2") == "******");
  CHECK(redact("nothing here", "hunter2") == "nothing here");
  CHECK(redact("unchanged", "") == "unchanged");
  CHECK(redact("a*b", "*") == "a***b");
  CHECK(redact(std::string{"x\0y", 3}, std::string{"\0", 1}) == "x***y");
}
