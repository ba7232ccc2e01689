#include "render/checks.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "document/document.hpp"

namespace checks_test {
namespace {

using namespace std::chrono_literals;
using heartbeat::CheckReport;
using heartbeat::CheckState;
using heartbeat::Comparison;
using heartbeat::Document;
using heartbeat::Kind;
using heartbeat::Severity;
using probe::Format;
using probe::Reason;
using probe::Verdict;

constexpr heartbeat::WallTime written{1'764'158'400s};  // 2025-11-26T12:00:00Z

CheckReport flag(const char* name, CheckState state, Severity severity = Severity::critical) {
  return {.name = name,
          .severity = severity,
          .state = state,
          .kind = Kind::flag,
          .value = state == CheckState::pass,
          .limit = true,
          .since = written - 42s};
}

Document full_document() {
  auto slow = flag("slow", CheckState::fail, Severity::warning);
  slow.output =
      "\x1b[2J a reason of more words than eighty columns have room for, which are wrapped";
  return {.status = heartbeat::Status::unhealthy,
          .instance = heartbeat::Instance{.host = "a1", .pid = 7, .id = "9f3c", .name = ""},
          .sequence = 18231,
          .started_at = written - 5h,
          .written_at = written,
          .checks = {flag("publisher_connected", CheckState::pass),
                     slow,
                     {.name = "tick_rate",
                      .severity = Severity::warning,
                      .state = CheckState::suppressed,
                      .kind = Kind::rate,
                      .value = 0.0,
                      .comparison = Comparison::greater,
                      .limit = 0.0,
                      .window = 10s,
                      .since = written - 25h,
                      .would_be = CheckState::fail},
                     flag("connected", CheckState::waiting),
                     {.name = "token_validity",
                      .severity = Severity::critical,
                      .state = CheckState::fail,
                      .kind = Kind::count,
                      .value = 3.0,
                      .comparison = Comparison::equal,
                      .limit = 0.0,
                      .window = 5min,
                      .clears_in = 4min}},
          .writer = heartbeat::Writer{.late_beats = 3,
                                      .failed_writes = 2,
                                      .last_error = "redis:6379: Connection refused\n",
                                      .worst_lateness = 250ms,
                                      .rival = "host b1, pid 9"},
          .implementation = "python",
          .version = "0.2.0"};
}

Verdict verdict_on(Document document, std::string service = "ingestion") {
  return {.service = std::move(service),
          .reason = Reason::unhealthy,
          .text = "token_validity 3 in 5m, must be 0 (critical)",
          .age = 2s,
          .limit = 30s,
          .document = std::make_shared<const Document>(std::move(document))};
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  return text;
}

std::string report(const std::vector<Verdict>& verdicts, const std::vector<Verdict>& members = {},
                   Format format = Format::text) {
  return checks_report(verdicts, members, format, {});
}

}  // namespace

TEST_CASE("every check is shown, the worst first, then the writer") {
  CHECK(joined(check_lines(verdict_on(full_document()), 80)) ==
        R"(ingestion unhealthy [unhealthy]: token_validity 3 in 5m, must be 0 (critical)

STATE       SEVERITY  CHECK                VALUE         LIMIT  SINCE
fail        critical  token_validity       3 in 5m       0      -
  clears in 3m58s
fail        warning   slow                 false         true   11:59:18Z (44s)
  \x1b[2J a reason of more words than eighty columns have room for, which are
  wrapped
waiting     critical  connected            false         true   11:59:18Z (44s)
pass        critical  publisher_connected  true          true   11:59:18Z (44s)
suppressed  warning   tick_rate            0/s over 10s  >0/s   2025-11-25T11:00Z (1d1h)
  would be fail

host        a1, pid 7
version     0.2.0 (python)
started     2025-11-26T07:00:00.000Z (5h ago)
written     2025-11-26T12:00:00.000Z (2s ago)
sequence    18231
condition   late beats 3 (worst 250ms), failed writes 2
last error  redis:6379: Connection refused\n
rival       host b1, pid 9
)");
}

TEST_CASE("the checks of a stale document are marked") {
  auto verdict = verdict_on(full_document());
  CHECK(joined(check_lines(verdict, 80)).find("last beat") == std::string::npos);
  verdict.reason = Reason::stale;
  const auto lines = check_lines(verdict, 80);
  CHECK(lines[2] == "The checks are those of the last beat. They say nothing about now.");
  CHECK(lines[4].starts_with("STATE"));
}

TEST_CASE("texts are wrapped to the columns that there are") {
  const auto lines = check_lines(verdict_on(full_document()), 40);
  CHECK(lines[0] == "ingestion unhealthy [unhealthy]:");
  CHECK(lines[1] == "  token_validity 3 in 5m, must be 0");
  CHECK(lines[2] == "  (critical)");
  CHECK(std::ranges::find(lines, "last error  redis:6379: Connection") != lines.end());
  CHECK(std::ranges::find(lines, "            refused\\n") != lines.end());
  CHECK_FALSE(check_lines(verdict_on(full_document()), 0).empty());
}

TEST_CASE("what a document of another program does not have is left out") {
  CHECK(report({verdict_on({.status = heartbeat::Status::healthy}, "plain")}) ==
        "plain unhealthy [unhealthy]: token_validity 3 in 5m, must be 0 (critical)\n\nno checks\n");
  CHECK(report({{.service = "gone", .reason = Reason::missing, .text = "no key\n"}}) ==
        "gone unhealthy [missing]: no key\\n\n");
  auto undated = full_document();
  undated.written_at.reset();
  const auto text = report({verdict_on(undated)});
  CHECK(text.find("2025-11-26T11:59:18.000Z\n") != std::string::npos);
  CHECK(text.find("started     2025-11-26T07:00:00.000Z\n") != std::string::npos);
}

TEST_CASE("a writer without trouble has a line that says so") {
  auto document = full_document();
  document.writer = heartbeat::Writer{};
  CHECK(report({verdict_on(document)}).ends_with("condition   no late beat, no failed write\n"));
  document.writer = heartbeat::Writer{.reconnects = 1, .vanished = 2, .suspended = 90s};
  CHECK(report({verdict_on(document)})
            .ends_with("condition   reconnects 1, vanished keys 2, suspended for 90s\n"));
}

TEST_CASE("of several services the worst comes first, and nothing is cut") {
  std::vector<Verdict> verdicts{{.service = "a", .reason = Reason::healthy, .text = "fine"},
                                verdict_on(full_document())};
  for (int i = 0; i < 20; ++i) verdicts.push_back(verdict_on(full_document()));
  const auto text = report(verdicts);
  CHECK(text.starts_with("ingestion unhealthy"));
  CHECK(text.ends_with("\n\na healthy [healthy]: fine\n"));
  CHECK(text.size() > 4 * probe::max_output);
}

TEST_CASE("the replicas behind a verdict follow it") {
  const std::vector<Verdict> counted{
      {.service = "worker", .reason = Reason::missing, .text = "0 of 2 replicas pass"},
      {.service = "gone", .reason = Reason::missing, .text = "no key"}};
  const std::vector<Verdict> members{verdict_on(full_document(), "worker:1"),
                                     {.service = "gone", .reason = Reason::missing},
                                     {.service = "worker:2", .reason = Reason::missing},
                                     {.service = "workers:1", .reason = Reason::missing}};
  std::istringstream text{report(counted, members, Format::json)};
  std::vector<std::string> names;
  for (std::string line; std::getline(text, line);)
    names.push_back(nlohmann::json::parse(line)["service"]);
  CHECK(names == std::vector<std::string>{"worker", "worker:1", "worker:2", "gone"});
}

TEST_CASE("JSON in full has every check and the writer, escaped for people") {
  const auto text = report({verdict_on(full_document())}, {}, Format::json);
  const auto json = nlohmann::json::parse(text);
  CHECK(json["checks"].size() == 5);
  CHECK(json["checks"]["slow"]["output"].get<std::string>().starts_with("\\x1b[2J a reason"));
  CHECK(json["started_at"] == "2025-11-26T07:00:00.000Z");
  CHECK(json["writer"]["version"] == "0.2.0");
  CHECK(json["writer"]["late_beats"] == 3);
  CHECK(json["writer"]["last_error"] == "redis:6379: Connection refused\\n");
  CHECK_FALSE(json.contains("omitted"));
}

}  // namespace checks_test
