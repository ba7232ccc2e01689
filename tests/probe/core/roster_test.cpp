#include "core/roster.hpp"

#include <doctest/doctest.h>

using heartbeat::WallTime;
using probe::Member;
using probe::Reason;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

constexpr WallTime noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + 12h};

std::string text_of(Reason reason, WallTime last_beat, WallTime now) {
  const std::vector<Member> roster{{"a", last_beat}};
  return probe::last_seen({.service = "a", .reason = reason, .text = "no key health:a"}, roster,
                          now)
      .text;
}

}  // namespace

TEST_CASE("names and scores in turn, sorted by name") {
  const auto roster = probe::roster_from(Words{"worker:1", "1764072000.123", "a", "1764072001"});
  CHECK(roster == std::vector<Member>{{"a", WallTime{1'764'072'001s}},
                                      {"worker:1", WallTime{1'764'072'000s}}});
  CHECK(probe::roster_from({}).empty());
}

TEST_CASE("a name that no service can have is left out") {
  const auto roster = probe::roster_from(
      Words{"", "1", ":services", "1", "a b", "1", "a:", "1", "a:b:c", "1", "\x1b[2J", "1",
            std::string(129, 'a'), "1", std::string(128, 'a') + ":" + std::string(128, 'b'), "1",
            "left over"});
  REQUIRE(roster.size() == 1);
  CHECK(roster[0].name.size() == 257);
}

TEST_CASE("a score that is not a time is tolerated") {
  for (const char* score : {"", "inf", "-inf", "nan", "-5", "x", "1e999"})
    CHECK(probe::roster_from(Words{"a", score})[0].last_beat == WallTime{});
  for (const char* score : {"1.7e308", "999999999999999"})
    CHECK(probe::roster_from(Words{"a", score})[0].last_beat == WallTime{253'402'300'799s});
}

TEST_CASE("a score is a time however Redis writes the number") {
  for (const char* score : {"1795697193", "1795697193.25", "1.7956971930000001e+9"})
    CHECK(probe::roster_from(Words{"a", score})[0].last_beat == WallTime{1'795'697'193s});
}

TEST_CASE("only the replicas of the service are found") {
  const auto roster = probe::roster_from(
      Words{"worker", "1", "worker:1", "2", "worker:b", "3", "worker-2:1", "4", "wor:1", "5"});
  const auto replicas = replicas_of("worker", roster);
  REQUIRE(replicas.size() == 2);
  CHECK(replicas[0].name == "worker:1");
  CHECK(replicas[1].name == "worker:b");
  CHECK(replicas_of("work", roster).empty());
  CHECK(last_beat_of("worker", roster) == WallTime{1s});
  CHECK_FALSE(last_beat_of("other", roster));
}

TEST_CASE("the text on a missing service says when it was last seen") {
  CHECK(text_of(Reason::missing, noon, noon + 90s + 999ms) ==
        "no key health:a, last seen 2026-11-25T12:00:00.000Z (90s ago)");
  CHECK(text_of(Reason::missing, noon, noon) ==
        "no key health:a, last seen 2026-11-25T12:00:00.000Z (0s ago)");
  // The writer's clock is ahead of this one.
  CHECK(text_of(Reason::missing, noon, noon - 1ms) ==
        "no key health:a, last seen 2026-11-25T12:00:00.000Z");
  CHECK(text_of(Reason::missing, {}, noon) == "no key health:a");
  CHECK(probe::last_seen({.service = "a", .reason = Reason::missing, .text = "no key"}, {}, noon)
            .text == "no key, not on the roster");
  CHECK(text_of(Reason::stale, noon, noon + 90s) == "no key health:a");
}

TEST_CASE("a roster that cannot be read is not an empty one") {
  const auto verdict = [](Reason reason) {
    return probe::without_roster({.service = "a", .reason = Reason::missing, .text = "no key"},
                                 "p:", {reason, "why"});
  };
  CHECK(verdict(Reason::timeout).reason == Reason::timeout);
  CHECK(verdict(Reason::redis_error).reason == Reason::redis_error);
  CHECK(verdict(Reason::denied).reason == Reason::missing);
  for (const auto reason : {Reason::timeout, Reason::denied})
    CHECK(verdict(reason).text ==
          "no key; it may have replicas, but the roster p::services cannot be read: why");
}
