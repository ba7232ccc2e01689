#include "core/verdict.hpp"

#include <doctest/doctest.h>

#include "core/silence.hpp"

using namespace std::chrono_literals;
using probe::AcceptancePolicy;
using probe::Answer;
using probe::is_ambiguous;
using probe::Reason;

namespace {

constexpr const char* ours =
    R"({"status":"healthy","instance":{"host":"a1","pid":7,"id":"x"},"interval_ms":10000,)"
    R"("ttl_ms":60000,"error_count":12})";

Answer found(std::string text, std::int64_t pttl = 57'000) {
  return {.value = std::move(text), .pttl = pttl};
}

probe::Verdict judged(const Answer& answer,
                      const AcceptancePolicy& acceptance = {.prefix = "health:"}) {
  return judge("worker-1", answer, acceptance);
}

AcceptancePolicy demanding(const char* text) {
  return {.expectations = {probe::parse_expectation(text).value()}};
}

}  // namespace

TEST_CASE("an absent key is missing before any other reason") {
  const auto verdict = judged({.value = "", .pttl = -2});
  CHECK(verdict.reason == Reason::missing);
  CHECK(verdict.text == "no key health:worker-1");
  CHECK(judged(found("{}", -2)).reason == Reason::missing);
}

TEST_CASE("a problem becomes the verdict unchanged") {
  const auto verdict = judged({.value = probe::Problem{Reason::loading, "LOADING"}});
  CHECK(verdict.reason == Reason::loading);
  CHECK(verdict.status() == probe::HealthStatus::unknown);
  CHECK(verdict.text == "LOADING");
}

TEST_CASE("values that are not documents") {
  CHECK(judged({.value = probe::WrongType{}, .pttl = -1}).reason == Reason::wrong_type);
  CHECK(judged(found("")).reason == Reason::malformed);
  CHECK(judged(found("", -1)).text == "empty value");
  CHECK(judged(found("{}")).reason == Reason::malformed);
  CHECK(judged(found(R"({"status":"ok"})")).reason == Reason::malformed);
}

TEST_CASE("a document may have 64 KiB and no byte more") {
  std::string text = R"({"status":"healthy","pad":")";
  text += std::string(64 * 1024 - text.size() - 2, 'x') + "\"}";
  REQUIRE(text.size() == 64 * 1024);
  CHECK(judged(found(text)).reason == Reason::healthy);
  CHECK(judged(found(text + " ")).reason == Reason::too_large);
}

TEST_CASE("a key without an expiry would outlive its writer") {
  CHECK(judged(found(ours, -1)).reason == Reason::no_expiry);
  CHECK(judged(found(R"({"status":"unhealthy"})", -1)).reason == Reason::no_expiry);
}

TEST_CASE("an expiry may lie beyond ttl_ms by a second, and no millisecond more") {
  CHECK(judged(found(ours, 61'000)).reason == Reason::healthy);
  CHECK(judged(found(ours, 61'000)).age == 0ms);
  const auto verdict = judged(found(ours, 61'001));
  CHECK(verdict.reason == Reason::no_expiry);
  CHECK(verdict.text == "expires in 61s, though its ttl_ms says 60s: its age cannot be told");
  CHECK_FALSE(verdict.age);
}

TEST_CASE("a beat becomes stale after three of its intervals, and not a millisecond before") {
  CHECK(judged(found(ours, 30'000)).reason == Reason::healthy);
  const auto verdict = judged(found(ours, 29'999));
  CHECK(verdict.reason == Reason::stale);
  CHECK(verdict.age == 30'001ms);
  CHECK(verdict.limit == 30'000ms);
  CHECK(verdict.text == "last beat 30.001s ago, limit 30s");
  CHECK(judged(found(ours, 19'000)).text == "last beat 41s ago, limit 30s");
}

TEST_CASE("the limit is three intervals, but the TTL at most") {
  const auto verdict = judged(found(R"({"status":"healthy","interval_ms":30000,"ttl_ms":60000})"));
  CHECK(verdict.limit == 60s);
}

TEST_CASE("--max-age wins over the document's interval") {
  const AcceptancePolicy acceptance{.max_age = 2s};
  CHECK(judged(found(ours, 58'000), acceptance).reason == Reason::healthy);
  CHECK(judged(found(ours, 57'999), acceptance).reason == Reason::stale);
}

TEST_CASE("without ttl_ms and --ttl, a key may expire in a day and not a millisecond later") {
  const auto* foreign = R"({"status":"healthy"})";
  constexpr std::int64_t day = 86'400'000;
  CHECK(judged(found(foreign, day)).reason == Reason::healthy);
  const auto verdict = judged(found(foreign, 3650 * day));
  CHECK(verdict.reason == Reason::no_expiry);
  CHECK(verdict.text ==
        "expires in 3650d, more than 1d, without ttl_ms or --ttl: it would outlive its writer");
  CHECK(judged(found(foreign, day + 1)).reason == Reason::no_expiry);
  CHECK(judged(found(foreign, day + 1), {.ttl = 48h}).reason == Reason::healthy);
  CHECK(judged(found(R"({"status":"healthy","ttl_ms":172800000})", day + 1)).age == 86'399'999ms);
}

TEST_CASE("an explicit --max-age fails if nothing tells the age") {
  const auto* foreign = R"({"status":"degraded","reason":"slow"})";
  const auto verdict = judged(found(foreign), {.max_age = 30s});
  CHECK(verdict.reason == Reason::age_unknown);
  CHECK(verdict.text ==
        "age unknown without ttl_ms or --ttl, expires in 57s; last status degraded: slow");
  CHECK(judged(found(foreign)).reason == Reason::degraded);
  for (const std::string ttl : {R"("60000")", "-1", "true", "60000.5", "null"}) {
    CAPTURE(ttl);
    const auto text = R"({"status":"healthy","ttl_ms":)" + ttl + "}";
    CHECK(judged(found(text), {.max_age = 30s}).reason == Reason::age_unknown);
  }
  const auto* python = R"({"status":"healthy","ttl_ms":60000.0})";
  CHECK(judged(found(python), {.max_age = 30s}).age == 3s);
  CHECK(judged(found(python, 29'999), {.max_age = 30s}).reason == Reason::stale);
}

TEST_CASE("a document of the library names its service, and the key of another does not pass") {
  const auto of = [](const char* service, const char* instance) {
    return found(R"({"status":"healthy","ttl_ms":60000,"service":")" + std::string{service} + "\"" +
                 instance + "}");
  };
  const auto* ours_id = R"(,"instance":{"host":"a1","id":"x"})";
  const auto* second = R"(,"instance":{"host":"a1","id":"x","name":"2"})";
  const auto reason = [](const char* name, const Answer& answer) {
    const auto verdict = judge(name, answer, {.prefix = "health:"});
    CHECK(judge_without_document(name, answer, {.prefix = "health:"}).text == verdict.text);
    return verdict.reason;
  };
  CHECK(reason("good", of("good", ours_id)) == Reason::healthy);
  CHECK(reason("bad", of("good", ours_id)) == Reason::foreign_service);
  CHECK(judge("bad", of("good", ours_id), {.prefix = "health:"}).text ==
        "the key health:bad holds the document of good");
  CHECK(reason("bad", of("good", "")) == Reason::healthy);  // anybody's label
  CHECK(reason("bad", of("good", R"(,"instance":{"host":"a1"})")) == Reason::healthy);
  CHECK(reason("worker:2", of("worker", second)) == Reason::healthy);
  CHECK(reason("worker:2", of("worker", ours_id)) == Reason::healthy);
  CHECK(reason("worker:3", of("worker", second)) == Reason::foreign_service);
  CHECK(reason("worker:2", of("other", second)) == Reason::foreign_service);
  // Before the expiry, the age and the status.
  CHECK(judge("bad", Answer{of("good", ours_id).value, -1}, {}).reason == Reason::foreign_service);
}

TEST_CASE("a foreign document has an age by --ttl only, and its own ttl_ms wins") {
  const auto* foreign = R"({"status":"healthy"})";
  CHECK_FALSE(judged(found(foreign)).age);
  CHECK(judged(found(foreign)).text == "age unknown, expires in 57s");
  CHECK(judged(found(foreign), {.ttl = 60s}).age == 3s);
  CHECK(judged(found(foreign), {.max_age = 2s, .ttl = 60s}).reason == Reason::stale);
  CHECK(judged(found(foreign), {.ttl = 30s}).text ==
        "expires in 57s, though its --ttl says 30s: its age cannot be told");
  CHECK(judged(found(ours), {.ttl = 30s}).age == 3s);
}

TEST_CASE("the text on a stale beat includes its last status") {
  const auto verdict = judged(
      found(R"({"status":"unhealthy","reason":"stopped","interval_ms":10000,"ttl_ms":60000})", 1));
  CHECK(verdict.reason == Reason::stale);
  CHECK(verdict.text == "last beat 59s ago, limit 30s; last status unhealthy: stopped");
}

TEST_CASE("--own accepts this host's beat only") {
  CHECK(judged(found(ours), {.own = probe::ThisHost{.name = "a1"}}).reason == Reason::healthy);
  const auto verdict = judged(found(ours), {.own = probe::ThisHost{.name = "b2"}});
  CHECK(verdict.reason == Reason::foreign_host);
  CHECK(verdict.text == "written by host 'a1', this is 'b2'");
  CHECK(judged(found(R"({"status":"healthy"})"), {.own = probe::ThisHost{.name = "b2"}}).text ==
        "does not say which host wrote it, this is 'b2'");
}

TEST_CASE("expectations come before the status, and after the host") {
  const auto verdict = judged(found(ours), demanding("error_count < 5"));
  CHECK(verdict.reason == Reason::expect);
  CHECK(verdict.text == "error_count is 12, expected < 5");
  CHECK(judged(found(ours), demanding("error_count < 13")).reason == Reason::healthy);
  CHECK(judged(found(R"({"status":"degraded","reason":"slow"})"), demanding("x == 1")).text ==
        "no field 'x', expected == 1; last status degraded: slow");
  auto acceptance = demanding("error_count < 5");
  acceptance.own = probe::ThisHost{.name = "b2"};
  CHECK(judged(found(ours), acceptance).reason == Reason::foreign_host);
}

TEST_CASE("if nothing else is wrong, the document's own status counts") {
  for (const std::string status : {"unhealthy", "degraded", "starting", "healthy"}) {
    const auto verdict = judged(found(R"({"status":")" + status + "\"}"));
    CHECK(to_string(verdict.reason) == status);
    CHECK(to_string(verdict.status()) == status);
  }
  CHECK(judged(found(R"({"status":"unhealthy","reason":"ws lost"})")).text == "ws lost");
  CHECK(judged(found(ours)).text == "last beat 3s ago");
}

TEST_CASE("value and PTTL that contradict each other are ambiguous") {
  CHECK_FALSE(is_ambiguous({.value = "", .pttl = -2}));
  CHECK(is_ambiguous({.value = "", .pttl = -1}));
  CHECK(is_ambiguous({.value = "", .pttl = 0}));
  CHECK(is_ambiguous({.value = "x", .pttl = -2}));
  CHECK_FALSE(is_ambiguous({.value = "x", .pttl = -1}));
  CHECK_FALSE(is_ambiguous({.value = "x", .pttl = 0}));
  CHECK(is_ambiguous({.value = probe::WrongType{}, .pttl = -2}));
  CHECK_FALSE(is_ambiguous({.value = probe::Problem{}, .pttl = -2}));
}

TEST_CASE("judging without the document gives the same verdict, on both sides of every limit") {
  const auto beat = [](const std::string& status, std::int64_t pttl = 50'000) {
    return found(R"({"status":")" + status + R"(","interval_ms":10000,"ttl_ms":60000})", pttl);
  };
  const std::vector<std::pair<Answer, AcceptancePolicy>> rows{
      {beat("healthy"), {}},
      {beat("healthy", 30'000), {}},  // three intervals old
      {beat("healthy", 29'999), {}},
      {beat("healthy", 40'000), {.max_age = 20s}},
      {beat("healthy", 39'999), {.max_age = 20s}},
      {beat("healthy", 61'000), {}},  // SETEX counts whole seconds
      {beat("healthy", 61'001), {}},
      {beat("degraded"), {}},
      {beat("well"), {}},
      {beat("healthy", Answer::no_key), {}},
      {beat("healthy", Answer::no_expiry), {}},
      {beat("healthy"), {.own = probe::ThisHost{.name = "h"}}},
      {found(ours), {}},
      {found(ours), {.own = probe::ThisHost{.name = "a1"}}},
      {found(ours), {.own = probe::ThisHost{.name = "a"}}},
      {found(R"({"status":"healthy"})"), {.ttl = 60s, .own = probe::ThisHost{.name = ""}}},
      {found(R"({"status":"healthy"})"), {}},
      {beat("healthy"), demanding("a < 1")},
      {found(R"({"status":"healthy"})"), {.ttl = 60s}},
      {found(R"({"status":"healthy"})", 61'001), {.ttl = 60s}},
      {found(R"({"status":"healthy","reason":"fine","ttl_ms":60000})"), {}},
      {found("{"), {}},
      {{.value = probe::WrongType{}, .pttl = 50'000}, {}},
      {{.value = probe::Problem{Reason::timeout, "t"}}, {}},
  };
  for (const auto& [answer, acceptance] : rows) {
    CAPTURE(answer.pttl);
    const auto whole = judge("a", answer, acceptance);
    const auto brief = judge_without_document("a", answer, acceptance);
    CHECK(brief.service == "a");
    CHECK(brief.reason == whole.reason);
    CHECK(brief.text == whole.text);
    CHECK(brief.age == whole.age);
    CHECK(brief.limit == whole.limit);
    CHECK_FALSE(brief.document);
  }
}

TEST_CASE("worst first, and silenced verdicts after the others that are not healthy") {
  const auto silence = std::make_shared<const probe::Silence>();
  const std::vector<probe::Verdict> verdicts{
      {.service = "a", .reason = probe::Reason::healthy, .silence = silence},
      {.service = "b", .reason = probe::Reason::starting, .silence = silence},
      {.service = "c", .reason = probe::Reason::stale, .silence = silence},
      {.service = "d", .reason = probe::Reason::starting},
      {.service = "e", .reason = probe::Reason::stale},
      {.service = "f", .reason = probe::Reason::healthy}};
  std::string order;
  for (const auto* verdict : probe::worst_first(verdicts)) order += verdict->service;
  CHECK(order == "edcbaf");
}
