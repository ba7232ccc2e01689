#include "redis/redirect.hpp"

#include <doctest/doctest.h>

using namespace heartbeat::redis;

TEST_CASE("a redirection is read, and one without a host leads back to the answerer") {
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
