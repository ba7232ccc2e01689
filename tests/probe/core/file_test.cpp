#include "core/file.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using probe::AcceptancePolicy;
using probe::FileContent;
using probe::FileReading;
using probe::FileTime;
using probe::Problem;
using probe::Reason;
using probe::service_in;

namespace {

using heartbeat::Boot;
using heartbeat::WallTime;

// When the document was written: on the wall clock, and since the boot.
const WallTime quarter_past_nine =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 9h + 15min;
constexpr auto up = 1'000'000ms;

constexpr const char* own_document =
    R"({"status":"healthy","service":"worker-1","instance":{"host":"a1","pid":7,"id":"x"},)"
    R"("interval_ms":10000,"ttl_ms":60000,"written_at":"2026-11-23T09:15:00.000Z",)"
    R"("boot":{"id":"this","ms":1000000},"error_count":12})";

FileReading read_as(std::string text, WallTime modified = quarter_past_nine) {
  return {"/run/w.json", FileContent{std::move(text), modified}, {}};
}

/// The time this long after the document was written, without a step of either clock.
FileTime later(std::chrono::milliseconds by) {
  return {quarter_past_nine + by, Boot{"this", up + by}};
}

probe::Verdict judged(FileReading reading, FileTime now = later(2s),
                      const AcceptancePolicy& acceptance = {}) {
  reading.time = std::move(now);
  return judge("worker-1", reading, acceptance);
}

AcceptancePolicy expecting(const char* text) {
  return {.expectations = {probe::parse_expectation(text).value()}};
}

}  // namespace

TEST_CASE("a file without a document is named with its path") {
  struct Row {
    FileReading answer;
    Reason reason;
    std::string text;
  };
  const Row rows[] = {
      {{"/f", probe::NoFile{}}, Reason::missing, "no file /f"},
      {{"/f", probe::NoRegularFile{"a FIFO"}}, Reason::wrong_type, "/f is a FIFO"},
      {{"/f", Problem{Reason::usage, "cannot read /f: Permission denied"}},
       Reason::usage,
       "cannot read /f: Permission denied"},
      {read_as(""), Reason::malformed, "/run/w.json: empty value"},
      {read_as("{"), Reason::malformed, "/run/w.json: not JSON"},
      {read_as(std::string(65'537, ' ')), Reason::too_large, "/run/w.json is larger than 64 KiB"},
      {read_as(R"({"status":"healthy","service":"worker-2"})"), Reason::missing,
       "/run/w.json holds the document of worker-2"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto verdict = judged(row.answer);
    CHECK(verdict.reason == row.reason);
    CHECK(verdict.text == row.text);
    CHECK(verdict.file == row.answer.path);
    CHECK_FALSE(verdict.document);
  }
}

TEST_CASE("a document of 64 KiB is read") {
  std::string text = R"({"status":"healthy","interval_ms":1000,"pad":")";
  text += std::string(64 * 1024 - text.size() - 2, 'x') + "\"}";
  REQUIRE(text.size() == 64 * 1024);
  CHECK(judged(read_as(text), later(0ms)).reason == Reason::healthy);
  CHECK(judged(read_as(text + " "), later(0ms)).reason == Reason::too_large);
}

TEST_CASE("a step of the wall clock does not change the age of a document of this boot") {
  for (const auto step : {-24h, 0h, 24h}) {
    CAPTURE(step.count());
    auto now = later(30s);
    now.wall += step;
    CHECK(judged(read_as(own_document), now).reason == Reason::healthy);
    CHECK(judged(read_as(own_document), now).age == 30s);
    now.boot->at += 1ms;
    const auto verdict = judged(read_as(own_document), now);
    CHECK(verdict.reason == Reason::stale);
    CHECK(verdict.text == "last beat 30001ms ago, limit 30s");
  }
}

TEST_CASE("a document of another boot, or in a file that was touched, is as old as its file") {
  auto now = later(5s);
  now.wall += 7s;  // makes the two ages differ
  CHECK(judged(read_as(own_document), now).age == 5s);
  CHECK(judged(read_as(own_document, quarter_past_nine + 2s), now).age == 5s);
  CHECK(judged(read_as(own_document, quarter_past_nine + 2001ms), now).age == 9999ms);
  CHECK(judged(read_as(own_document, quarter_past_nine - 2s), now).age == 5s);
  CHECK(judged(read_as(own_document, quarter_past_nine - 2001ms), now).age == 14'001ms);
  now.boot->id = "other";
  CHECK(judged(read_as(own_document), now).age == 12s);
  now.boot.reset();
  CHECK(judged(read_as(own_document), now).age == 12s);
  now.boot = Boot{"this", up};
  CHECK(judged(read_as(own_document), now).age == 0ms);
  now.boot = Boot{"this", up - 1ms};  // before the document was written
  CHECK(judged(read_as(own_document), now).age == 12s);
  CHECK(judged(read_as(R"({"status":"healthy","ttl_ms":1,"boot":{"id":"this","ms":1000000}})"),
               later(3s))
            .age == 3s);  // no written_at
}

TEST_CASE("a file from the future is not older than now") {
  const auto* foreign = R"({"status":"healthy","ttl_ms":1000})";
  CHECK(judged(read_as(foreign, quarter_past_nine + 24h), later(0ms)).age == 0ms);
  CHECK(judged(read_as(foreign), later(1s)).reason == Reason::healthy);
  CHECK(judged(read_as(foreign), later(1001ms)).reason == Reason::stale);
}

TEST_CASE("the age limit is --max-age, otherwise three intervals and at most the TTL") {
  CHECK(judged(read_as(own_document)).limit == 30s);
  CHECK(judged(read_as(own_document), later(2s), {.max_age = 2s}).reason == Reason::healthy);
  CHECK(judged(read_as(own_document), later(2001ms), {.max_age = 2s}).reason == Reason::stale);
  CHECK(judged(read_as(R"({"status":"healthy","interval_ms":30000,"ttl_ms":60000})")).limit == 60s);
  CHECK(judged(read_as(R"({"status":"healthy","ttl_ms":60000})"), later(2s), {.ttl = 5s}).limit ==
        60s);
  CHECK(judged(read_as(R"({"status":"healthy"})"), later(2s), {.ttl = 5s}).limit == 5s);
  CHECK(judged(read_as(R"({"status":"healthy"})"), later(2s), {.max_age = 5s}).limit == 5s);
}

TEST_CASE("a document that can never become stale is no-expiry") {
  const auto verdict = judged(read_as(R"({"status":"degraded","reason":"slow"})"));
  CHECK(verdict.reason == Reason::no_expiry);
  CHECK(verdict.text ==
        "/run/w.json has no interval_ms or ttl_ms, and there is no --max-age: it would outlive its "
        "writer; last status degraded: slow");
}

TEST_CASE("status, host and expectations count as in Redis") {
  CHECK(judged(read_as(own_document)).text == "last beat 2s ago");
  CHECK(judged(read_as(R"({"status":"unhealthy","reason":"stopped","ttl_ms":9000})")).text ==
        "stopped");
  CHECK(judged(read_as(own_document), later(2s), {.own_host = "a1"}).reason == Reason::healthy);
  CHECK(judged(read_as(own_document), later(2s), {.own_host = "b2"}).reason ==
        Reason::foreign_host);
  CHECK(judged(read_as(own_document), later(2s), expecting("error_count < 5")).reason ==
        Reason::expect);
}

TEST_CASE("a replica's file names its service and the replica") {
  const auto reason = [](const char* name, const char* instance) {
    auto reading = read_as(R"({"status":"healthy","service":"worker","interval_ms":10000)" +
                           std::string{instance} + "}");
    reading.time = later(2s);
    return judge(name, reading, {}).reason;
  };
  const auto* second = R"(,"instance":{"host":"a1","name":"2"})";
  CHECK(reason("worker:2", second) == Reason::healthy);
  CHECK(reason("worker:1", second) == Reason::missing);
  CHECK(reason("worker:2", "") == Reason::missing);
  CHECK(reason("worker", second) == Reason::healthy);
}

TEST_CASE("a file names its service, if the name is valid") {
  CHECK(service_in(read_as(own_document)) == "worker-1");
  CHECK_FALSE(service_in(read_as(R"({"status":"healthy"})")));
  CHECK_FALSE(service_in(read_as(R"({"status":"healthy","service":"a b"})")));
  CHECK_FALSE(service_in(read_as("{")));
  CHECK_FALSE(service_in({"/f", probe::NoFile{}}));
}

TEST_CASE("the file decides only if Redis could not be asked or refused") {
  for (int i = 0; i <= static_cast<int>(Reason::healthy); ++i) {
    const probe::Verdict by_redis{
        .service = "worker-1", .reason = static_cast<Reason>(i), .text = "r:1 refused"};
    CAPTURE(to_string(by_redis.reason));
    const auto verdict = fall_back(by_redis, judged(read_as(own_document)));
    if (is_redis_trouble(by_redis.reason)) {
      CHECK(verdict.reason == Reason::healthy);
      CHECK(verdict.text == "last beat 2s ago (from /run/w.json; Redis: r:1 refused)");
      CHECK(verdict.redis_problem->reason == by_redis.reason);
    } else {
      CHECK(verdict.reason == by_redis.reason);
      CHECK(verdict.text == "r:1 refused");
      CHECK(verdict.file.empty());
    }
  }
}

TEST_CASE("a stale file and a file without expiry decide, too") {
  const probe::Verdict by_redis{.service = "worker-1", .reason = Reason::timeout, .text = "hangs"};
  CHECK(fall_back(by_redis, judged(read_as(own_document), later(41s))).reason == Reason::stale);
  CHECK(fall_back(by_redis, judged(read_as(R"({"status":"healthy"})"))).reason ==
        Reason::no_expiry);
}

TEST_CASE("without a usable file the problem with Redis stands, and the text names both") {
  const probe::Verdict by_redis{.service = "worker-1", .reason = Reason::dns, .text = "no name"};
  for (const auto& answer : {FileReading{"/f", probe::NoFile{}},
                             FileReading{"/f", Problem{Reason::usage, "no file /f"}}}) {
    const auto verdict = fall_back(by_redis, judged(answer));
    CHECK(verdict.reason == Reason::dns);
    CHECK(verdict.text == "no name; no file /f");
    CHECK(verdict.file.empty());
  }
  CHECK(fall_back(by_redis, judged(read_as("{"))).reason == Reason::dns);
  CHECK(fall_back(by_redis, judged(read_as(R"({"status":"healthy","service":"b"})"))).text ==
        "no name; /run/w.json holds the document of b");
}
