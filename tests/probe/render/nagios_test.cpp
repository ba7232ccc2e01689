#include <doctest/doctest.h>

#include <algorithm>

#include "render/render.hpp"

using heartbeat::CheckReport;
using heartbeat::CheckState;
using heartbeat::Comparison;
using heartbeat::Kind;
using heartbeat::Severity;
using probe::nagios_report;
using probe::Reason;
using probe::Verdict;
using namespace std::chrono_literals;

namespace {

Verdict because(std::string service, Reason reason, std::string text = "words") {
  return {.service = std::move(service), .reason = reason, .text = std::move(text)};
}

Verdict with(std::vector<CheckReport> checks) {
  auto verdict = because("a", Reason::healthy);
  verdict.document =
      std::make_shared<const heartbeat::Document>(heartbeat::Document{.checks = std::move(checks)});
  return verdict;
}

std::string report(const Verdict& verdict) { return nagios_report({&verdict, 1}, {}); }

/// The figure of one check with this comparison.
std::string figure(Kind kind, Comparison comparison, double limit,
                   Severity severity = Severity::critical) {
  const auto text = report(with({{.name = "c",
                                  .severity = severity,
                                  .state = CheckState::pass,
                                  .kind = kind,
                                  .value = 1.5,
                                  .comparison = comparison,
                                  .limit = limit}}));
  return text.substr(text.find(" | ") + 3, text.size() - text.find(" | ") - 4);
}

std::string range(Kind kind, Comparison comparison, double limit) {
  const auto text = figure(kind, comparison, limit);
  return text.substr(text.rfind(';') + 1);
}

}  // namespace

TEST_CASE("one service is one line: the state, the verdict and its figures") {
  auto verdict = because("a", Reason::stale, "last beat 41s ago, limit 30s");
  verdict.age = 41'250ms;
  verdict.limit = 30s;
  CHECK(report(verdict) ==
        "HEALTHPROBE CRITICAL: a unhealthy [stale]: last beat 41s ago, limit 30s | "
        "beat_age=41.25s;;30\n");
  CHECK(report(because("a", Reason::missing)) ==
        "HEALTHPROBE CRITICAL: a unhealthy [missing]: words\n");
}

TEST_CASE("without a service the state is UNKNOWN") {
  CHECK(nagios_report({}, {}) == "HEALTHPROBE UNKNOWN: no service to ask about\n");
}

TEST_CASE("each of several services has a line, worst first, and its name before every figure") {
  auto second = because("b", Reason::degraded);
  second.age = 2s;
  const std::vector<Verdict> verdicts{because("a", Reason::healthy), second,
                                      because("c", Reason::stale)};
  CHECK(nagios_report(verdicts, {}) ==
        "HEALTHPROBE CRITICAL: 2 of 3 services are not well: b, c | b.beat_age=2s;;\n"
        "c unhealthy [stale]: words\n"
        "b degraded [degraded]: words\n"
        "a healthy [healthy]: words\n");
  CHECK(nagios_report(std::span{verdicts}.first(2), {.degraded = true})
            .starts_with("HEALTHPROBE OK: all 2 services are well | "));
}

TEST_CASE("a threshold is the range that raises no alert") {
  CHECK(range(Kind::age, Comparison::less, 60) == "60");
  CHECK(range(Kind::count, Comparison::less, 5) == "4");
  CHECK(range(Kind::count, Comparison::less_equal, 5) == "5");
  CHECK(range(Kind::count, Comparison::equal, 0) == "0:0");
  CHECK(range(Kind::count, Comparison::greater, 3) == "4:");
  CHECK(range(Kind::rate, Comparison::greater, 0) == "@~:0");
  CHECK(range(Kind::rate, Comparison::greater_equal, 2.5) == "2.5:");
  CHECK(range(Kind::gauge, Comparison::less, 10) == "~:10");
  CHECK(range(Kind::gauge, Comparison::not_equal, 7) == "@7:7");
}

TEST_CASE("a warning's threshold stands first, a critical one's second") {
  CHECK(figure(Kind::age, Comparison::less, 60, Severity::warning) == "c=1.5s;60;");
  CHECK(figure(Kind::age, Comparison::less, 60, Severity::critical) == "c=1.5s;;60");
}

TEST_CASE("without data a figure is U, and outside its schedule it has no threshold") {
  CHECK(report(
            with({{.name = "c", .kind = Kind::age, .comparison = Comparison::less, .limit = 60.0}}))
            .ends_with(" | c=U;;60\n"));
  CHECK(report(with({{.name = "c",
                      .state = CheckState::suppressed,
                      .kind = Kind::flag,
                      .value = false,
                      .limit = true}}))
            .ends_with(" | c=0;;\n"));
}

TEST_CASE("text from Redis cannot begin the figures, nor break a label") {
  auto verdict = with({{.name = "a b='|\n", .state = CheckState::pass, .value = true}});
  verdict.text = "one | two\nthree";
  CHECK(report(verdict) ==
        "HEALTHPROBE OK: a healthy [healthy]: one / two\\nthree | 'a b__/\\n'=1;;\n");
}

TEST_CASE("many services fit into the bytes, and the services without a line are counted") {
  std::vector<Verdict> verdicts;
  for (int i = 0; i < 500; ++i) {
    verdicts.push_back(
        because("service-" + std::to_string(i), Reason::healthy, std::string(3'000, 'x')));
    verdicts.back().age = 1s;
  }
  verdicts.push_back(because("bad", Reason::stale));
  const auto text = nagios_report(verdicts, {});
  CHECK(text.size() <= probe::max_output);
  CHECK(text.starts_with("HEALTHPROBE CRITICAL: 1 of 501 services are not well: bad | "));
  CHECK(text.find("\nbad unhealthy [stale]: words\n") < text.size());
  const auto shown = static_cast<int>(std::ranges::count(text, '\n')) - 2;
  CHECK(text.ends_with("... and " + std::to_string(501 - shown) + " more, none of them worse\n"));
}
