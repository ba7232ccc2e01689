#include "redis/error.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace heartbeat::redis;

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

TEST_CASE("a refusal names the command, and adds advice where Redis gives none") {
  const struct {
    const char* command;
    const char* reply;
    Failure failure;
    const char* what;
  } table[] = {
      {"PTTL", "NOPERM no permissions", Failure::denied, "PTTL: NOPERM no permissions"},
      {"", "ERR max number of clients reached", Failure::redis_error,
       "ERR max number of clients reached"},
      {"GETRANGE", "NOAUTH Authentication required.", Failure::auth,
       "GETRANGE: NOAUTH Authentication required. (give a password: REDIS_PASSWORD, "
       "REDIS_PASSWORD_FILE or the URL)"},
      {"SETEX", "READONLY You can't write against a read only replica.", Failure::redis_error,
       "SETEX: READONLY You can't write against a read only replica. (this is a replica: name its "
       "master)"},
      {"AUTH", "DENIED Redis is running in protected mode because ...", Failure::denied,
       "DENIED: Redis is in protected mode: until it has a password it takes only local clients"},
      {"GETRANGE", "MOVED 1 h:1", Failure::redis_error,
       "GETRANGE: MOVED 1 h:1 (redirected too often: the cluster's nodes disagree)"},
  };
  for (const auto& row : table) {
    CAPTURE(row.reply);
    CHECK(refusal(row.command, row.reply).failure == row.failure);
    CHECK(refusal(row.command, row.reply).what == row.what);
  }
  CHECK(refusal("X", std::string(1000, 'x')).what == "X: " + std::string(300, 'x') + "...");
}

TEST_CASE("a peer that does not speak RESP is named by its protocol") {
  CHECK(protocol_error("h:1", "HTTP/1.1 400 Bad Request\r\n").what ==
        "h:1 speaks HTTP, not the Redis protocol");
  CHECK(protocol_error("h:1", "SSH-2.0-OpenSSH_9.2\r\nmore").what ==
        "h:1 does not speak the Redis protocol (it says 'SSH-2.0-OpenSSH_9.2')");
  CHECK(protocol_error("h:1", "").what == "h:1 does not speak the Redis protocol");
  for (const auto* tls : {"\x15\x03\x01", "\x16\x03\x03"}) {
    CHECK(protocol_error("h:1", tls).failure == Failure::tls);
    CHECK(protocol_error("h:1", tls).what == "h:1 speaks TLS: write rediss:// in the URL");
  }
  CHECK(protocol_error("h:1", "\x15\x02").failure == Failure::redis_error);
}

TEST_CASE("a redirection is read, without a host it leads to the node that answered") {
  const Host answerer{"node", 7000};
  const struct {
    const char* reply;
    std::optional<Redirect> redirect;
  } table[] = {
      {"MOVED 3999 10.0.0.1:6381", Redirect{{"10.0.0.1", 6381}}},
      {"ASK 3999 10.0.0.1:6381", Redirect{{"10.0.0.1", 6381}, true}},
      {"MOVED 3999 redis-2.local:6381", Redirect{{"redis-2.local", 6381}}},
      {"MOVED 3999 fe80::1:6381", Redirect{{"fe80::1", 6381}}},
      {"MOVED 3999 :6381", Redirect{{"node", 6381}}},
      {"MOVED 3999 ?:6381", Redirect{{"node", 6381}}},
      {"MOVED 3999 10.0.0.1:0", std::nullopt},
      {"MOVED 3999 10.0.0.1:65536", std::nullopt},
      {"MOVED 3999 10.0.0.1:", std::nullopt},
      {"MOVED 3999 10.0.0.1", std::nullopt},
      {"MOVED 3999 10.0.0.1:1x", std::nullopt},
      {"MOVED", std::nullopt},
      {"MOVED ", std::nullopt},
      {"ASKING 1 h:1", std::nullopt},
      {"ERR MOVED 1 h:1", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& row : table) {
    CAPTURE(row.reply);
    CHECK(redirect_from(row.reply, answerer) == row.redirect);
  }
}
