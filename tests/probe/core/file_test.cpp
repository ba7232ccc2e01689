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

FileReading at(FileReading reading, FileTime now) {
  reading.time = std::move(now);
  return reading;
}

probe::Verdict judged(FileReading reading, FileTime now = later(2s),
                      const AcceptancePolicy& acceptance = {}) {
  return judge("worker-1", at(std::move(reading), std::move(now)), acceptance);
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
      {read_as(R"({"status":"healthy","service":"worker-2"})"), Reason::foreign_service,
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
    CHECK(verdict.text == "last beat 30.001s ago, limit 30s");
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

TEST_CASE("the age of a file from the future is unknown, but for two seconds") {
  const auto* foreign = R"({"status":"healthy","ttl_ms":1000})";
  CHECK(judged(read_as(foreign, quarter_past_nine + 2s), later(0ms)).age == 0ms);
  CHECK(judged(read_as(foreign, quarter_past_nine + 2001ms), later(0ms)).reason ==
        Reason::age_unknown);
  const auto verdict = judged(read_as(own_document, quarter_past_nine + 24h * 365));
  CHECK(verdict.reason == Reason::age_unknown);
  CHECK(verdict.text == "/run/w.json was changed 364d23h in the future: its age cannot be told");
  CHECK_FALSE(verdict.age);
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
  CHECK(judged(read_as(own_document), later(2s), {.own = probe::ThisHost{.name = "a1"}}).reason ==
        Reason::healthy);
  CHECK(judged(read_as(own_document), later(2s), {.own = probe::ThisHost{.name = "b2"}}).reason ==
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
  CHECK(reason("worker:1", second) == Reason::foreign_service);
  CHECK(reason("worker:2", "") == Reason::foreign_service);
  CHECK(reason("worker", second) == Reason::healthy);
}

TEST_CASE("a file names its service, if the name is valid") {
  CHECK(service_in(read_as(own_document)) == "worker-1");
  CHECK_FALSE(service_in(read_as(R"({"status":"healthy"})")));
  CHECK_FALSE(service_in(read_as(R"({"status":"healthy","service":"a b"})")));
  CHECK_FALSE(service_in(read_as("{")));
  CHECK_FALSE(service_in({"/f", probe::NoFile{}}));
}

TEST_CASE("the file decides if Redis is unreachable, returned an error, or has no fresh beat") {
  for (int i = 0; i <= static_cast<int>(Reason::healthy); ++i) {
    const probe::Verdict by_redis{
        .service = "worker-1", .reason = static_cast<Reason>(i), .text = "r:1 refused"};
    CAPTURE(to_string(by_redis.reason));
    const auto verdict = fall_back(by_redis, at(read_as(own_document), later(2s)), {});
    if (by_redis.reason == Reason::missing || by_redis.reason == Reason::stale) {
      CHECK(verdict.reason == Reason::healthy);
      CHECK(verdict.redis_problem->reason == by_redis.reason);
    } else if (is_redis_trouble(by_redis.reason)) {
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
  CHECK(fall_back(by_redis, at(read_as(own_document), later(41s)), {}).reason == Reason::stale);
  CHECK(fall_back(by_redis, at(read_as(R"({"status":"healthy"})"), later(2s)), {}).reason ==
        Reason::no_expiry);
}

TEST_CASE("without a usable file the problem with Redis stands, and the text names both") {
  const probe::Verdict by_redis{.service = "worker-1", .reason = Reason::dns, .text = "no name"};
  for (const auto& answer : {FileReading{"/f", probe::NoFile{}},
                             FileReading{"/f", Problem{Reason::usage, "no file /f"}}}) {
    const auto verdict = fall_back(by_redis, answer, {});
    CHECK(verdict.reason == Reason::dns);
    CHECK(verdict.text == "no name; no file /f");
    CHECK(verdict.file.empty());
  }
  CHECK(fall_back(by_redis, read_as("{"), {}).reason == Reason::dns);
  CHECK(fall_back(by_redis, read_as(R"({"status":"healthy","service":"b"})"), {}).text ==
        "no name; /run/w.json holds the document of b");
}

TEST_CASE("a missing key is judged by a fresh file of this boot, and the text begins with Redis") {
  const probe::Verdict missing{
      .service = "worker-1", .reason = Reason::missing, .text = "no key health:worker-1"};
  const auto by_file = fall_back(missing, at(read_as(own_document), later(2s)), {});
  CHECK(by_file.reason == Reason::healthy);
  CHECK(by_file.text == "Redis has no key health:worker-1; by /run/w.json: last beat 2s ago");
  CHECK(by_file.file == "/run/w.json");
  CHECK(by_file.redis_problem->what == "no key health:worker-1");
  auto stopped = std::string{own_document};
  stopped.replace(stopped.find("healthy"), 7, "unhealthy\",\"reason\":\"stopped");
  CHECK(fall_back(missing, at(read_as(stopped), later(2s)), {}).text ==
        "Redis has no key health:worker-1; by /run/w.json: stopped at 2026-11-23T09:15:00.000Z on "
        "host a1, pid 7");

  const auto still_missing = [&](const FileReading& reading, const AcceptancePolicy& acceptance) {
    const auto verdict = fall_back(missing, reading, acceptance);
    CHECK(verdict.text == missing.text);
    CHECK(verdict.file.empty());
    return verdict.reason == Reason::missing;
  };
  CHECK(fall_back(missing, at(read_as(own_document), later(30s)), {}).reason == Reason::healthy);
  CHECK(still_missing(at(read_as(own_document), later(30'001ms)), {}));
  // Never by the time of the file alone.
  auto other_boot = later(2s);
  other_boot.boot->id = "other";
  CHECK(still_missing(at(read_as(own_document), other_boot), {}));
  CHECK(still_missing(at(read_as(own_document, quarter_past_nine + 2001ms), later(3s)), {}));
  const auto* foreign = R"({"status":"healthy","service":"worker-1","ttl_ms":60000})";
  CHECK(still_missing(at(read_as(foreign), later(2s)), {}));
  CHECK(
      still_missing(at(read_as(own_document), later(2s)), {.own = probe::ThisHost{.name = "b2"}}));
  CHECK(still_missing({"/f", probe::NoFile{}}, {}));
  CHECK(still_missing(read_as("{"), {}));
}

TEST_CASE("a stale key is judged by a fresh file as a missing key is") {
  const probe::Verdict stale{
      .service = "worker-1", .reason = Reason::stale, .text = "last beat 41s ago, limit 30s"};
  CHECK(fall_back(stale, at(read_as(own_document), later(2s)), {}).text ==
        "Redis: last beat 41s ago, limit 30s; by /run/w.json: last beat 2s ago");
  CHECK(fall_back(stale, at(read_as(own_document), later(30'001ms)), {}).text == stale.text);
}

TEST_CASE("a missing key is judged by the file of this service and this replica only") {
  auto text = std::string{own_document};
  const auto reason = [&](const char* name) {
    const probe::Verdict missing{.service = name, .reason = Reason::missing, .text = "no key"};
    return fall_back(missing, at(read_as(text), later(2s)), {}).reason;
  };
  CHECK(reason("worker-1") == Reason::healthy);
  CHECK(reason("worker-2") == Reason::missing);
  CHECK(reason("worker-1:1") == Reason::missing);
  text.insert(text.find(R"("id")"), R"("name":"1",)");
  CHECK(reason("worker-1:1") == Reason::healthy);
  CHECK(reason("worker-1:2") == Reason::missing);
  CHECK(reason("worker-1") == Reason::missing);
  text.erase(text.find(R"("service":"worker-1",)"), 21);
  CHECK(reason("worker-1:1") == Reason::missing);
}
