#include "render/render.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using probe::Explanation;

TEST_CASE("an explanation has a line for each setting, those not default first, and each step") {
  const Explanation explanation{
      .settings = {{"timeout", "2s", "default"}, {"redis", "redis:6379", "REDIS_URL"}},
      .steps = {{1500us, 250us, "look up redis", "10.0.0.1:6379"},
                {12'345us, 1ms, "connect to 10.0.0.1:6379", ""}}};
  CHECK(render(explanation) ==
        "settings\n"
        "  redis    redis:6379  REDIS_URL\n"
        "  timeout  2s          default\n"
        "steps\n"
        "     1.50 ms  look up redis: 10.0.0.1:6379 (took 0.25 ms)\n"
        "    12.35 ms  connect to 10.0.0.1:6379: not finished (took 1.00 ms)\n");
}

TEST_CASE("an explanation without steps says so, and what came from outside is escaped") {
  CHECK(render(Explanation{.settings = {{"prefix", "a\nb", "HEARTBEAT_PREFIX"}}, .steps = {}}) ==
        "settings\n"
        "  prefix  a\\nb  HEARTBEAT_PREFIX\n"
        "steps\n"
        "  none\n");
}
