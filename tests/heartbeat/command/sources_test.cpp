#include "command/sources.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "command/declared.hpp"
#include "heartbeat/error.hpp"

using namespace heartbeat;
using namespace heartbeat::command;
using namespace std::chrono_literals;

namespace {

std::vector<Rule> rules_of(const std::vector<std::string>& texts) {
  std::vector<Rule> rules;
  for (const auto& text : texts) rules.push_back(parse_rule(text).value());
  return rules;
}

ResolvedConfig with_grace() {
  ResolvedConfig config{};
  config.start_grace = 60s;
  return config;
}

/// A service with these rules, whose clock stands still.
struct RuledService {
  explicit RuledService(const std::vector<std::string>& texts) : sources{service, rules_of(texts)} {
    service.start();
  }

  Document document() { return service.snapshot().document; }
  CheckState state(std::string_view name) {
    const auto checks = document().checks;
    for (const auto& check : checks)
      if (check.name == name) return check.state;
    throw std::out_of_range{std::string{name}};
  }
  std::string tell(std::string_view line) {
    return std::visit(
        [&](const auto& message) -> std::string {
          if constexpr (requires { sources.apply(message); }) return sources.apply(message);
          return "is for others";
        },
        parse_message(line).value());
  }

  const ResolvedConfig config = with_grace();
  Clock clock{Clock::stopped};
  detail::Waker waker;
  ServiceState service{config, clock, waker};
  NamedSources sources;
};

std::string complaint_about_rules(const std::vector<std::string>& texts,
                                  const std::vector<std::string>& lines = {}) try {
  DeclaredChecks checks{.rules = rules_of(texts)};
  for (const auto& line : lines) checks.lines.push_back(parse_line_mark(line).value());
  require_declarable(checks);
  return "none";
} catch (const ConfigError& error) {
  return error.what();
}

}  // namespace

TEST_CASE("rules of every kind are checks, and messages feed them") {
  RuledService service{{"websocket is_set critical", "ticks within 60s critical",
                        "forbidden: http_403 count 5m == 0 critical", "attempts < 10 warning",
                        "busy: ticks rate 10s > 1 warning"}};
  CHECK(service.document().status == Status::starting);
  CHECK(service.tell("set websocket 1").empty());
  CHECK(service.tell("mark ticks 30").empty());
  CHECK(service.tell("gauge attempts 4").empty());
  CHECK(service.document().status == Status::healthy);
  CHECK(service.document().processed_count == 30);

  CHECK(service.tell("add attempts 6").empty());
  CHECK(service.state("attempts") == CheckState::fail);
  CHECK(service.document().status == Status::degraded);
  CHECK(service.tell("set websocket 0 HTTP 403").empty());
  CHECK(service.document().reason.find("websocket is false: HTTP 403") != std::string::npos);
  CHECK(service.tell("mark http_403").empty());
  CHECK(service.state("forbidden") == CheckState::fail);
  CHECK(service.document().error_count == 1);
  service.clock.advance(61s);
  CHECK(service.state("ticks") == CheckState::fail);
  CHECK(service.state("busy") == CheckState::fail);
}

TEST_CASE("a source with one rule that needs events is one of activity") {
  RuledService service{{"a: e count 5m < 5 warning", "b: e within 60s critical"}};
  CHECK(service.tell("mark e 2").empty());
  CHECK(service.document().processed_count == 2);
  CHECK(service.document().error_count == 0);
}

TEST_CASE("a rule with a schedule is suppressed outside of its sessions") {
  RuledService service{{"ticks within 60s critical during 'Mon-Sun 09:00-10:00 UTC'"}};
  service.clock.advance(61s);  // at 00:01:01
  CHECK(service.state("ticks") == CheckState::suppressed);
}

TEST_CASE("a message for a source of no rule, or of another kind, says why it has no effect") {
  RuledService service{{"ws is_set critical", "ticks within 60s critical", "g < 1 warning"}};
  CHECK(service.tell("mark tikcs") == "no rule has the source 'tikcs'");
  CHECK(service.tell("mark g") == "no rule counts events of 'g'");
  CHECK(service.tell("set ticks 1") == "no rule asks whether a flag of 'ticks'");
  CHECK(service.tell("gauge ws 1") == "no rule compares the value of 'ws'");
}

TEST_CASE("the complaint about rules that cannot be declared begins with the rule") {
  CHECK(complaint_about_rules({"a within 1s critical", "b: a count 1m > 3 warning"}) == "none");
  CHECK(complaint_about_rules({"a within 1s critical", "a count 1m > 3 warning"}) ==
        "rule 'a count 1m > 3 warning': check 'a' is declared twice");
  CHECK(complaint_about_rules({"a within 1s critical", "b: a is_set warning"}) ==
        "rule 'b: a is_set warning': an earlier rule makes 'a' another kind of source");
  CHECK(complaint_about_rules({"a count 1m >= 0 critical"}) ==
        "rule 'a count 1m >= 0 critical': a number of events is always or never >= 0: the check "
        "would never change");
  CHECK(complaint_about_rules({"a count 1m < 2000000 critical"}).find("needs more than 1000000") !=
        std::string::npos);
  CHECK(complaint_about_rules({"a < 1 warning during 'Mon 09:00-10:00 Moon/Base'"})
            .find("Moon/Base") != std::string::npos);
  CHECK(complaint_about_rules({"a < 1 warning during 'Mon 09:00-10:00 UTC' dates '@/nowhere/d'"})
            .find("/nowhere/d") != std::string::npos);
}

TEST_CASE("a line must be an event of a source that counts events") {
  const std::vector<std::string> rules{"ws is_set critical", "ticks within 60s critical",
                                       "token: http_403 count 5m == 0 critical"};
  CHECK(complaint_about_rules(rules, {"ticks=TICK", "http_403=/ 403 /", "ticks=TOCK"}) == "none");
  CHECK(complaint_about_rules(rules, {"ticks=TICK", "tikcs=TICK"}) ==
        "line 'tikcs=TICK' is wrong at character 1: no rule has the source 'tikcs' (accepted: "
        "http_403, ticks)");
  CHECK(complaint_about_rules(rules, {"token=403"}).find("no rule has the source 'token'") !=
        std::string::npos);
  CHECK(complaint_about_rules(rules, {"ws=TICK"}) ==
        "line 'ws=TICK' is wrong at character 1: no rule counts events of 'ws' (accepted: "
        "http_403, ticks)");
  CHECK(complaint_about_rules({}, {"ticks=TICK"}) ==
        "line 'ticks=TICK' is wrong at character 1: no rule has the source 'ticks' (accepted: the "
        "source of a rule such as 'ticks within 60s critical')");
}
