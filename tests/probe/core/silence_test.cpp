#include "core/silence.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using probe::Silence;
using probe::silence_of;
using probe::silences_from;
using Names = std::vector<std::string>;

namespace {

const heartbeat::WallTime now{std::chrono::hours{500'000}};

Silence silence(const std::string& name, std::chrono::milliseconds left = 1h) {
  return {name, now + left, "anna@laptop", "planned restart"};
}

/// What Redis replies if it has these silences.
Names reply(const std::vector<Silence>& silences) {
  Names words;
  for (const auto& one : silences) {
    words.push_back(probe::member_of(one));
    words.push_back(probe::score_of(one));
  }
  return words;
}

}  // namespace

TEST_CASE("a silence that is written is read again, until the moment of its end") {
  const std::vector<Silence> some{silence("a", 1ms), silence("worker:2"), silence("b", 24h * 31)};
  CHECK(silences_from(reply(some), now) == some);
  CHECK(silences_from(reply(some), now + 1ms).size() == 2);
  CHECK(silences_from(reply(some), now + 1h - 1ms).size() == 2);
  CHECK(silences_from(reply(some), now + 1h) == std::vector{some[2]});
  CHECK(silences_from({}, now).empty());
}

TEST_CASE("a service covers its replicas, and nothing else") {
  const std::vector silences{silence("worker"), silence("b:2")};
  for (const auto* name : {"worker", "worker:2", "b:2"}) CHECK(silence_of(name, silences));
  for (const auto* name :
       {"work", "worker-1", "workers", "workers:2", "b", "b:1", "b:22", "*", ""}) {
    CAPTURE(name);
    CHECK(silence_of(name, silences) == nullptr);
  }
}

TEST_CASE("of several silences the one that ends last counts") {
  const std::vector silences{silence("a", 1h), silence("a:1", 2h), silence("a", 90min)};
  CHECK(silence_of("a", silences) == &silences[2]);
  CHECK(silence_of("a:1", silences) == &silences[1]);
  CHECK(silence_of("a:2", silences) == &silences[2]);
}

TEST_CASE("what is no silence is left out, and what is too long is cut") {
  const auto later = probe::score_of(silence(""));
  const auto found = [&](const std::string& member, const std::string& score) {
    return silences_from(Names{member, score}, now);
  };
  const std::string good = R"({"service":"a","by":"x","reason":""})";
  CHECK(found(good, later).size() == 1);
  CHECK(found(R"({"service":"a","by":"x","reason":"","since":3})", later).size() == 1);
  for (const auto* bad :
       {"", "a", "[]", "{}", R"({"service":"a","by":"x"})", R"({"service":"a","reason":"x"})",
        R"({"by":"x","reason":""})", R"({"service":"a b","by":"x","reason":""})",
        R"({"service":"*","by":"x","reason":""})", R"({"service":"a","by":1,"reason":""})",
        R"({"service":"a","by":"x","reason":null})"}) {
    CAPTURE(bad);
    CHECK(found(bad, later).empty());
  }
  for (const auto* bad : {"", "x", "-1", "0", "nan", "-inf"}) CHECK(found(good, bad).empty());
  CHECK(found(good, "1e+300").size() == 1);
  CHECK(found(good, "inf").size() == 1);
  CHECK(found(good, "1.8000000000010000e+12").front().until ==
        heartbeat::WallTime{1'800'000'000'001ms});
  CHECK(silences_from(Names{good}, now).empty());

  const auto with_reason = [](std::size_t bytes) {
    return R"({"service":"a","by":"\u001b[31m","reason":")" + std::string(bytes, 'r') + "\"}";
  };
  const auto cut = found(with_reason(300), later);
  REQUIRE(cut.size() == 1);
  CHECK(cut[0].reason == std::string(197, 'r') + "...");
  CHECK(cut[0].by == "\\x1b[31m");
  const auto most = 2048 - with_reason(0).size();
  CHECK(found(with_reason(most), later).size() == 1);
  CHECK(found(with_reason(most + 1), later).empty());
}

TEST_CASE("a new silence replaces that of the same name, and all that have ended") {
  const std::vector<Silence> some{silence("a"), silence("a:1"), silence("b"), silence("c", 0ms),
                                  silence("d", 1ms)};
  auto words = reply(some);
  CHECK(probe::replaced_members(words, Names{"a", "x"}, now) == Names{words[0], words[6]});
  CHECK(probe::replaced_members(words, {}, now + 1ms) == Names{words[6], words[8]});
  // A member that is no silence goes when its time has come.
  words = {"junk", probe::score_of(some[4])};
  CHECK(probe::replaced_members(words, Names{"a"}, now).empty());
  CHECK(probe::replaced_members(words, Names{"a"}, now + 1ms) == Names{"junk"});
}
