#include <doctest/doctest.h>

#include "core/silence.hpp"
#include "render/render.hpp"

using heartbeat::CheckState;
using heartbeat::Comparison;
using heartbeat::Kind;
using probe::prometheus_metrics;
using probe::Reason;
using probe::Verdict;
using namespace std::chrono_literals;

namespace {

bool has_line(const std::string& text, std::string_view line) {
  return ("\n" + text).find("\n" + std::string{line} + "\n") != std::string::npos;
}

std::string metrics(const Verdict& verdict) { return prometheus_metrics({&verdict, 1}); }

}  // namespace

TEST_CASE("a service that could not be asked has a verdict and a reason, and no more") {
  CHECK(metrics({.service = "a", .reason = Reason::dns}) ==
        "# HELP healthprobe_healthy Whether the verdict is healthy.\n"
        "# TYPE healthprobe_healthy gauge\n"
        "healthprobe_healthy{health_service=\"a\"} 0\n"
        "# HELP healthprobe_verdict What healthprobe concludes: 1 for the word that holds.\n"
        "# TYPE healthprobe_verdict gauge\n"
        "healthprobe_verdict{health_service=\"a\",verdict=\"healthy\"} 0\n"
        "healthprobe_verdict{health_service=\"a\",verdict=\"starting\"} 0\n"
        "healthprobe_verdict{health_service=\"a\",verdict=\"degraded\"} 0\n"
        "healthprobe_verdict{health_service=\"a\",verdict=\"unknown\"} 1\n"
        "healthprobe_verdict{health_service=\"a\",verdict=\"unhealthy\"} 0\n"
        "# HELP healthprobe_reason Why: always 1, the word is the label.\n"
        "# TYPE healthprobe_reason gauge\n"
        "healthprobe_reason{health_service=\"a\",reason=\"dns\"} 1\n"
        "# HELP healthprobe_silenced Whether the service is silenced: nobody is told of it.\n"
        "# TYPE healthprobe_silenced gauge\n"
        "healthprobe_silenced{health_service=\"a\"} 0\n");
}

TEST_CASE("a verdict by the file in place of Redis is counted, with the reason of Redis") {
  CHECK(has_line(metrics({.service = "a",
                          .reason = Reason::healthy,
                          .file = "/f",
                          .redis_problem = probe::Problem{Reason::missing, "no key"}}),
                 "healthprobe_judged_by_file{health_service=\"a\",redis=\"missing\"} 1"));
}

TEST_CASE("a replica has a label of its own, so that sums by service work") {
  const auto text = metrics({.service = "worker:1", .reason = Reason::dns});
  CHECK(has_line(text, "healthprobe_healthy{health_service=\"worker\",health_instance=\"1\"} 0"));
}

TEST_CASE("what the document says comes out in base units") {
  Verdict verdict{.service = "a", .reason = Reason::healthy, .age = 1'500ms, .limit = 30s};
  heartbeat::Document document;
  document.status = heartbeat::Status::degraded;
  document.interval = 10s;
  document.sequence = 7;
  document.started_at = heartbeat::WallTime{1'700'000'000'123ms};
  document.connected = true;
  document.error_count = 3;
  document.processed_count = 9'007'199'254'740'992;
  document.writer = heartbeat::Writer{.late_beats = 1, .failed_writes = 2, .lateness = 5ms};
  verdict.document = std::make_shared<const heartbeat::Document>(document);
  const auto text = metrics(verdict);
  for (const std::string_view line :
       {"healthprobe_healthy{health_service=\"a\"} 1",
        "healthprobe_status{health_service=\"a\",status=\"degraded\"} 1",
        "healthprobe_status{health_service=\"a\",status=\"healthy\"} 0",
        "healthprobe_beat_age_seconds{health_service=\"a\"} 1.5",
        "healthprobe_beat_age_limit_seconds{health_service=\"a\"} 30",
        "healthprobe_beat_interval_seconds{health_service=\"a\"} 10",
        "healthprobe_beats_total{health_service=\"a\"} 7",
        "healthprobe_start_time_seconds{health_service=\"a\"} 1700000000.123",
        "healthprobe_connected{health_service=\"a\"} 1",
        "healthprobe_errors_total{health_service=\"a\"} 3",
        "healthprobe_processed_total{health_service=\"a\"} 9007199254740992",
        "healthprobe_writer_late_beats_total{health_service=\"a\"} 1",
        "healthprobe_writer_failed_writes_total{health_service=\"a\"} 2",
        "healthprobe_writer_lateness_seconds{health_service=\"a\"} 0.005"}) {
    CAPTURE(line);
    CHECK(has_line(text, line));
  }
}

TEST_CASE("a check has a state, and a value and a limit if they are set") {
  Verdict verdict{.service = "a", .reason = Reason::healthy};
  heartbeat::Document document;
  document.checks = {{.name = "flag",
                      .severity = heartbeat::Severity::warning,
                      .state = CheckState::fail,
                      .kind = Kind::flag,
                      .value = false,
                      .comparison = Comparison::equal,
                      .limit = true},
                     {.name = "a\"b\\\n", .kind = Kind::age}};
  verdict.document = std::make_shared<const heartbeat::Document>(document);
  const auto text = metrics(verdict);
  for (
      const auto* line :
      {R"(healthprobe_check_state{health_service="a",check="flag",kind="flag",severity="warning",state="fail"} 1)",
       R"(healthprobe_check_state{health_service="a",check="flag",kind="flag",severity="warning",state="pass"} 0)",
       R"(healthprobe_check_value{health_service="a",check="flag",kind="flag"} 0)",
       R"(healthprobe_check_limit{health_service="a",check="flag",kind="flag",comparison="=="} 1)",
       R"(healthprobe_check_state{health_service="a",check="a\"b\\\\n",kind="age",severity="critical",state="waiting"} 1)"}) {
    CAPTURE(line);
    CHECK(has_line(text, line));
  }
  CHECK(text.find(R"(check_value{health_service="a",check="a)") == std::string::npos);
}

TEST_CASE("the samples of a family are together, for any number of services") {
  const std::vector<Verdict> verdicts{{.service = "a", .reason = Reason::healthy},
                                      {.service = "b", .reason = Reason::stale}};
  CHECK(prometheus_metrics(verdicts).starts_with(
      "# HELP healthprobe_healthy Whether the verdict is healthy.\n"
      "# TYPE healthprobe_healthy gauge\n"
      "healthprobe_healthy{health_service=\"a\"} 1\n"
      "healthprobe_healthy{health_service=\"b\"} 0\n"
      "# HELP healthprobe_verdict "));
}

TEST_CASE("a silence is counted, with who asked for it and when it ends") {
  const Verdict verdict{
      .service = "worker:1",
      .reason = Reason::stale,
      .silence = std::make_shared<const probe::Silence>(probe::Silence{
          "worker", heartbeat::WallTime{1'700'000'000'500ms}, "an\"na@laptop", "restart"})};
  const auto text = metrics(verdict);
  CHECK(has_line(text, "healthprobe_silenced{health_service=\"worker\",health_instance=\"1\"} 1"));
  CHECK(has_line(text,
                 "healthprobe_silenced_until_timestamp_seconds{health_service=\"worker\","
                 "health_instance=\"1\",by=\"an\\\"na@laptop\"} 1700000000.5"));
}
