#include "render/silences.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using probe::Silence;

namespace {

const heartbeat::WallTime shown_at{1'795'770'900s};  // 2026-11-27T09:15:00Z
const Silence restart{"worker", shown_at + 30min, "anna@laptop", "planned restart"};
const Silence long_one{"b:2", shown_at + 24h, "root@h", ""};

}  // namespace

TEST_CASE("a silence in words: until when, by whom and why") {
  CHECK(probe::silence_text(restart) ==
        "silenced until 2026-11-27T09:45:00Z by anna@laptop: planned restart");
  CHECK(probe::silence_text(long_one) == "silenced until 2026-11-28T09:15:00Z by root@h");
}

TEST_CASE("silences in a table, with the time that is left") {
  CHECK(probe::silences_table(std::vector{restart, long_one}, shown_at + 1ms) ==
        "SERVICE  UNTIL                 LEFT  BY           REASON\n"
        "worker   2026-11-27T09:45:00Z  30m   anna@laptop  planned restart\n"
        "b:2      2026-11-28T09:15:00Z  1d    root@h\n");
}

TEST_CASE("a silence as JSON") {
  CHECK(probe::silence_json(restart) ==
        R"({"service":"worker","until":"2026-11-27T09:45:00.000Z","by":"anna@laptop",)"
        R"("reason":"planned restart"})");
}
