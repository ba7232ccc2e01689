#include "board/core/waiting.hpp"

#include <doctest/doctest.h>

using board::Reading;
using board::Waiting;
using namespace std::chrono_literals;

namespace {

using Time = Waiting::Time;
using Names = std::vector<std::string>;

constexpr Time start{100s};

Reading reading_of(const Names& listed, const Names& guests = {}) {
  Reading reading{.verdicts = {}, .listed = listed.size()};
  for (const auto* names : {&listed, &guests})
    for (const auto& name : *names)
      reading.verdicts.push_back({.service = name, .reason = probe::Reason::healthy});
  return reading;
}

/// Somebody who asks, and what he got.
struct Client {
  int answers = 0;
  std::shared_ptr<const Reading> reading{};

  void ask(Waiting& waiting, const std::string& service, Time now) {
    waiting.want(
        {.reading = true, .service = service},
        [this](auto found) {
          ++answers;
          reading = std::move(found);
        },
        now);
  }
};

Waiting of(Names services) { return {std::move(services), {}, 2s}; }

}  // namespace

TEST_CASE("all who ask while Redis is asked are served by one reading") {
  auto waiting = of({"a"});
  CHECK_FALSE(waiting.due());
  Client first, second, third;
  first.ask(waiting, "", start);
  CHECK(waiting.due().value() <= start);
  CHECK(waiting.begin(start).empty());
  CHECK_FALSE(waiting.due());  // it is under way
  second.ask(waiting, "a", start + 10ms);
  CHECK_FALSE(waiting.due());
  waiting.take(reading_of({"a"}));
  CHECK(first.answers == 1);
  CHECK(second.answers == 1);
  CHECK(first.reading == second.reading);
  third.ask(waiting, "a", start + 999ms);
  CHECK(third.reading == first.reading);
  CHECK_FALSE(waiting.due());
  CHECK_FALSE(waiting.end_of_patience());
}

TEST_CASE("an answer is good for a second from when Redis was asked, and the next not due before") {
  auto waiting = of({"a"});
  Client early, late;
  early.ask(waiting, "", start);
  waiting.begin(start);
  waiting.take(reading_of({"a"}));
  late.ask(waiting, "", start + 1s);
  CHECK(late.answers == 0);
  CHECK(waiting.due() == start + 1s);
  waiting.begin(start + 1s);
  waiting.take(reading_of({"a"}));
  CHECK(late.answers == 1);
}

TEST_CASE("a service that the reading does not tell of waits for the next, which asks for it") {
  auto waiting = of({"worker"});
  Client other, replica, guest;
  other.ask(waiting, "worker", start);
  waiting.begin(start);
  guest.ask(waiting, "b", start);
  waiting.take(reading_of({"worker:1"}));
  CHECK(other.answers == 1);  // its replicas are told of
  CHECK(guest.answers == 0);
  replica.ask(waiting, "worker:1", start + 10ms);
  CHECK(replica.answers == 1);
  CHECK(waiting.due() == start + 1s);
  CHECK(waiting.begin(start + 1s) == Names{"worker:1", "b"});
  waiting.take(reading_of({"worker"}, {"worker:1", "b"}));
  CHECK(guest.answers == 1);
}

TEST_CASE("who has waited long enough gets an answer without one") {
  auto waiting = of({"a"});
  Client first, second;
  first.ask(waiting, "", start);
  second.ask(waiting, "b", start + 1ms);
  waiting.begin(start);
  CHECK(waiting.end_of_patience() == start + 2s);
  waiting.give_up(start + 1999ms, {});
  CHECK(first.answers == 0);
  waiting.give_up(start + 2s, {});
  REQUIRE(first.answers == 1);
  CHECK(second.answers == 0);
  CHECK(waiting.end_of_patience() == start + 2001ms);
  CHECK(first.reading->problem.value().reason == probe::Reason::timeout);
  REQUIRE(first.reading->verdicts.size() == 2);
  CHECK(first.reading->listed == 1);
  CHECK(first.reading->verdicts[1].reason == probe::Reason::timeout);
  waiting.take(reading_of({"a"}, {"b"}));
  CHECK(first.answers == 1);
}

TEST_CASE("what needs no reading waits for none") {
  auto waiting = of({"a"});
  int answers = 0;
  waiting.want({}, [&](const auto& reading) { answers += reading == nullptr ? 1 : 100; }, start);
  CHECK(answers == 1);
  CHECK_FALSE(waiting.due());
}
