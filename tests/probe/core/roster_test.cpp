#include "core/roster.hpp"

#include <doctest/doctest.h>

using heartbeat::WallTime;
using probe::matches;
using probe::Member;
using probe::Reason;
using probe::Roster;
using probe::Verdict;
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

Member only_member(const char* score) {
  return probe::roster_from(Words{"a", score}).members.at(0);
}

Words names_of(const std::vector<Verdict>& verdicts) {
  Words names;
  for (const auto& verdict : verdicts) names.push_back(verdict.service);
  return names;
}

}  // namespace

TEST_CASE("names and scores in turn, sorted by name") {
  const auto roster = probe::roster_from(Words{"worker:1", "1764072000.123", "a", "1764072001"});
  CHECK(roster == Roster{.members = {{"a", WallTime{1'764'072'001s}},
                                     {"worker:1", WallTime{1'764'072'000'123ms}}}});
  CHECK(probe::roster_from({}) == Roster{});
}

TEST_CASE("a name that no service can have is left out") {
  const auto roster = probe::roster_from(
      Words{"", "1", ":services", "1", "a b", "1", "a:", "1", "a:b:c", "1", "\x1b[2J", "1",
            std::string(129, 'a'), "1", std::string(128, 'a') + ":" + std::string(128, 'b'), "1",
            "left over"});
  REQUIRE(roster.members.size() == 1);
  CHECK(roster.members[0].name.size() == 257);
}

TEST_CASE("a score that is not a time is tolerated") {
  for (const char* score : {"", "inf", "-inf", "nan", "x", "1e999"})
    CHECK(only_member(score).last_beat == WallTime{});
  for (const char* score : {"1.7e308", "999999999999999", "-999999999999999"})
    CHECK(only_member(score).last_beat == WallTime{253'402'300'799s});
}

TEST_CASE("a score is a time however Redis writes the number") {
  for (const char* score : {"1795697193", "1795697193.0001", "1.7956971930000001e+9"})
    CHECK(only_member(score).last_beat == WallTime{1'795'697'193s});
}

TEST_CASE("a negative score is the time at which a replica left") {
  const Member left{"a", WallTime{1'795'697'193s}, true};
  CHECK(only_member("-1795697193.0") == left);
  CHECK(only_member("-1795697193.25").last_beat == WallTime{1'795'697'193'250ms});
  CHECK(only_member("-1.7956971930000001e+9") == left);
  CHECK_FALSE(only_member("-0").has_left);
}

TEST_CASE("reserved members say when the roster began, and which names came from hosts") {
  const auto roster = probe::roster_from(Words{":since", "1000", "w:a", "2000", "w:a%h", "1500",
                                               "w:b", "2000", "w:gone%h", "1500", "%h", "1"});
  CHECK(roster ==
        Roster{.members = {{"w:a", WallTime{2000s}, false, true}, {"w:b", WallTime{2000s}}},
               .began = WallTime{1000s}});
}

TEST_CASE("a roster is young for three of the longest interval, 60 s at least, 5 min at most") {
  const struct {
    std::optional<std::chrono::milliseconds> interval;
    std::chrono::seconds limit;
  } table[] = {
      {std::nullopt, 60s}, {1s, 60s},    {20s, 60s}, {21s, 63s},
      {100s, 5min},        {101s, 5min}, {1h, 5min}, {std::chrono::milliseconds::max(), 5min}};
  for (const auto& [interval, limit] : table) {
    CAPTURE(limit.count());
    const Verdict verdicts[]{{.service = "a", .interval = 1s},
                             {.service = "b", .interval = interval}};
    const auto young = [&](std::chrono::seconds age) {
      return probe::young_roster({.began = noon, .newest_beat = noon + age}, verdicts, "p:");
    };
    CHECK(young(0s));
    CHECK(young(limit - 1s));
    CHECK_FALSE(young(limit));
    CHECK_FALSE(young(limit + 1s));
  }
}

TEST_CASE("the verdict on a young roster says why") {
  const auto young = probe::young_roster({.began = noon, .newest_beat = noon + 12s}, {}, "p:");
  REQUIRE(young);
  CHECK(young->service == "*");
  CHECK(young->reason == Reason::starting);
  CHECK(young->text ==
        "the roster p::services is only 12s old and may lack services (Redis is new or was "
        "emptied); it is complete at 60s");
  // A clock that was set back since.
  CHECK(probe::young_roster({.began = noon, .newest_beat = noon - 1h}, {}, "p:"));
}

TEST_CASE("a roster without the reserved member is old, and a lost name does not age it") {
  CHECK_FALSE(probe::young_roster({.newest_beat = noon}, {}, "p:"));
  const auto listing = probe::listing_of(
      {.members = {{"a", noon}, {"b", noon + 1h, false, false, true}}, .began = noon});
  CHECK(listing == probe::Listing{.names = {"a", "b"}, .began = noon, .newest_beat = noon});
  CHECK(probe::young_roster(listing, {}, "p:"));
}

TEST_CASE("a listing needs the names, when the roster began and its newest beat") {
  const Words names{"w:1", ":since", "w:1%h", "b", "a", "not a name"};
  const Words first{"w:1", "-1000", ":since", "1000", "w:1%h", "1500"}, last{"a", "2000.5"};
  const auto listing = probe::listing_from(names, first, last);
  REQUIRE(listing);
  CHECK(*listing == probe::Listing{.names = {"a", "b", "w:1"},
                                   .began = WallTime{1000s},
                                   .newest_beat = WallTime{2'000'500ms}});
  CHECK_FALSE(probe::listing_from(names, Words{"w:1", "-1000"}, last));
  CHECK_FALSE(probe::listing_from(names, first, {}));
  CHECK_FALSE(probe::listing_from(names, first, Words{":since", "1000"}));
}

TEST_CASE("a name that is gone was forgotten if the roster is the same, else it was lost") {
  const Roster before{.members = {{"a", noon}, {"b", noon}}, .began = noon};
  const Roster same{.members = {{"a", noon + 10s}}, .began = noon};
  const Roster emptied{.members = {{"a", noon + 10s}}, .began = noon + 10s};
  const Member lost_b{"b", noon, false, false, true};
  CHECK(with_remembered(same, before) == same);
  const auto after = with_remembered(emptied, before);
  CHECK(after == Roster{.members = {{"a", noon + 10s}, lost_b}, .began = noon + 10s});
  SUBCASE("it stays lost until it beats, and can then be forgotten") {
    CHECK(with_remembered(emptied, after) == after);
    const Roster back{.members = {{"a", noon + 20s}, {"b", noon + 20s}}, .began = noon + 10s};
    CHECK(with_remembered(back, after) == back);
    CHECK(with_remembered(emptied, back) == emptied);
  }
  SUBCASE("Redis was emptied, and nobody has beaten since") {
    const auto empty = probe::with_remembered({}, before);
    CHECK(empty.members.size() == 2);
    CHECK(with_remembered(emptied, empty) == after);
  }
  SUBCASE("nobody says when the roster began") {
    const Roster old{.members = {{"a", noon}, {"b", noon}}};
    const Roster one{.members = {{"a", noon}}};
    CHECK(with_remembered(one, old) == one);
    CHECK(probe::with_remembered({}, old).members.size() == 2);
  }
  CHECK(with_remembered(same, {}) == same);
}

TEST_CASE("only the replicas of the service are found") {
  const auto roster = probe::roster_from(Words{"worker", "1", "worker:1", "2", "worker:b", "3",
                                               "worker-2:1", "4", "wor:1", "5"})
                          .members;
  const auto replicas = replicas_of("worker", roster);
  REQUIRE(replicas.size() == 2);
  CHECK(replicas[0].name == "worker:1");
  CHECK(replicas[1].name == "worker:b");
  CHECK(replicas_of("work", roster).empty());
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

TEST_CASE("the text on a missing replica that left, or that Redis lost, says so") {
  const auto text = [](Member member) {
    return probe::last_seen(
               {.service = "w:1", .reason = Reason::missing, .text = "no key health:w:1"},
               {&member, 1}, noon + 90s)
        .text;
  };
  CHECK(text({"w:1", noon, true}) ==
        "no key health:w:1, stopped 2026-11-25T12:00:00.000Z (90s ago)");
  CHECK(text({"w:1", noon, false, false, true}) ==
        "no key health:w:1, last seen 2026-11-25T12:00:00.000Z (90s ago); Redis was emptied since");
}

TEST_CASE("a replica that left does not count, unless it was the last one of its service") {
  const std::vector<Member> roster{
      {"v:1", noon, true}, {"w:1", noon, true}, {"w:2", noon}, {"w:3", noon + 1s, true}};
  const auto left = [&](std::vector<Verdict> verdicts, probe::Selection selection = {}) {
    return names_of(without_departed(std::move(verdicts), roster, selection));
  };
  const Verdict w1{.service = "w:1", .reason = Reason::missing};
  const Verdict w2{.service = "w:2", .reason = Reason::missing};
  const Verdict w3{.service = "w:3", .reason = Reason::unhealthy, .is_farewell = true};
  const Verdict v1{.service = "v:1", .reason = Reason::missing};
  CHECK(left({v1, w1, w2, w3}) == Words{"v:1", "w:2"});
  CHECK(left({w1, w3}) == Words{"w:3"});
  CHECK(left({w3, w1}) == Words{"w:3"});
  CHECK(left({{.service = "w", .reason = Reason::stale}, w1, w3}) == Words{"w"});
  CHECK(left({w1, w2}, {.expected = {"w:1"}}) == Words{"w:1", "w:2"});
  // It lives, whatever its roster says: perhaps it may not write there.
  CHECK(left({{.service = "w:1", .reason = Reason::unhealthy}, w2}) == Words{"w:1", "w:2"});
  CHECK(left({{.service = "w:9", .reason = Reason::missing}, w3}) == Words{"w:9"});
}

TEST_CASE(
    "a vanished replica that is named after its host counts until its siblings go on for 1h") {
  const auto count = [](Member vanished, Reason reason = Reason::missing,
                        probe::Selection selection = {}) {
    const std::vector<Member> roster{
        vanished, {"w:b", noon + 1h, true}, {"w:c", noon + 10s}, {"x:a", noon + 9h}};
    return without_departed({{.service = "w:a", .reason = reason}, {.service = "w:c"}}, roster,
                            selection)
        .size();
  };
  CHECK(count({"w:a", noon, false, true}) == 2);
  CHECK(count({"w:a", noon - 1s, false, true}) == 1);
  CHECK(count({"w:a", noon - 1s, false, true}, Reason::stale) == 2);
  CHECK(count({"w:a", noon - 24h, false, false}) == 2);
  // For another time, if so asked.
  const auto after = [&](std::chrono::milliseconds limit, WallTime last_beat) {
    return count({"w:a", last_beat, false, true}, Reason::missing, {.forget_after = limit});
  };
  CHECK(after(2h, noon - 1h) == 2);
  CHECK(after(2h, noon - 1h - 1ms) == 1);
  CHECK(after(10min, noon + 50min) == 2);
  CHECK(after(10min, noon + 50min - 1ms) == 1);
}

TEST_CASE("names are separated by commas or white space, and # begins a comment") {
  CHECK(probe::names_in("a,b:1, c\r\n# no, names\nd # e\r\nf").value() ==
        Words{"a", "b:1", "c", "d", "f"});
  CHECK(probe::names_in(" ,\n").value().empty());
  CHECK(probe::names_in("a,b c,:since").error() == ":since");
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

TEST_CASE("a star in a pattern stands for any text") {
  for (const auto* pattern : {"worker:1", "*", "worker:*", "*:1", "w*:1", "w*r*1", "**",
                              "worker:1*", "*worker:1", "*o*k*"}) {
    CAPTURE(pattern);
    CHECK(matches(pattern, "worker:1"));
  }
  for (const auto* pattern : {"", "worker", "worker:", "worker:2*", "*:2", "w*:1*1", "worker:1*1",
                              "a*", "*r*w*", "?orker:1"}) {
    CAPTURE(pattern);
    CHECK_FALSE(matches(pattern, "worker:1"));
  }
  CHECK(matches("", ""));
  CHECK(matches("*", ""));
}
