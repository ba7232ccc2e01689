#include "command/rules.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "heartbeat/status.hpp"

using namespace heartbeat;
using namespace heartbeat::command;
using namespace std::chrono_literals;

namespace {

Rule rule_of(std::string_view text) {
  const auto rule = parse_rule(text);
  CAPTURE(text);
  if (!rule) FAIL(rule.error());
  return *rule;
}

std::string complaint_about_rule(std::string_view text) {
  const auto rule = parse_rule(text);
  return rule ? "none" : rule.error();
}

}  // namespace

TEST_CASE("a rule for a flag") {
  const auto rule = rule_of("websocket is_set critical");
  CHECK(rule.name == "websocket");
  CHECK(rule.source == "websocket");
  CHECK(rule.kind == Kind::flag);
  CHECK(rule.severity == Severity::critical);
  CHECK(rule.sessions.empty());
}

TEST_CASE("a rule for an age") {
  const auto rule = rule_of("ticks within 1.5s warning");
  CHECK(rule.kind == Kind::age);
  CHECK(rule.window == 1500ms);
  CHECK(rule.severity == Severity::warning);
}

TEST_CASE("a rule for a count or a rate, with a name of its own") {
  const auto count = rule_of("token_validity: http_403 count 5m == 0 critical");
  CHECK(count.name == "token_validity");
  CHECK(count.source == "http_403");
  CHECK(count.kind == Kind::count);
  CHECK(count.window == 5min);
  CHECK(count.comparison == Comparison::equal);
  CHECK(count.limit == 0);
  const auto rate = rule_of("ticks rate 60s >= 0.5 warning");
  CHECK(rate.kind == Kind::rate);
  CHECK(rate.window == 60s);
  CHECK(rate.comparison == Comparison::greater_equal);
  CHECK(rate.limit == 0.5);
}

TEST_CASE("a rule for a gauge, with each comparison, with and without spaces") {
  const std::pair<std::string, Comparison> comparisons[] = {
      {"<", Comparison::less},    {"<=", Comparison::less_equal},
      {">", Comparison::greater}, {">=", Comparison::greater_equal},
      {"==", Comparison::equal},  {"!=", Comparison::not_equal}};
  for (const auto& [sign, comparison] : comparisons)
    for (const auto& text :
         {"attempts " + sign + " -1.5e1 warning", "attempts" + sign + "-15 warning",
          "\t attempts\t" + sign + "  -15\twarning "}) {
      const auto rule = rule_of(text);
      CHECK(rule.kind == Kind::gauge);
      CHECK(rule.comparison == comparison);
      CHECK(rule.limit == -15);
    }
}

TEST_CASE("a rule that counts only within the sessions of a schedule") {
  const auto rule = rule_of(R"(attempts < 10 warning during "Mon-Fri 09:15-15:30 Asia/Kolkata")");
  CHECK(rule.sessions == "Mon-Fri 09:15-15:30 Asia/Kolkata");
  CHECK(rule.dates.empty());
  const auto dated = rule_of(
      "t:ticks within 60s critical during 'Mon 09:15-15:30 UTC' dates '2026-01-26' \"@/etc/d\"");
  CHECK(dated.name == "t");
  CHECK(dated.dates == std::vector<std::string>{"2026-01-26", "@/etc/d"});
}

TEST_CASE("the complaint about a rule names the place and what is accepted") {
  const std::pair<std::string, std::string> table[] = {
      {"", "1: nothing is not a name (accepted: 1 to 64 of A-Z a-z 0-9 . _ -)"},
      {"a/b within 1s critical", "1: 'a/b' is not a name (accepted: 1 to 64 of A-Z a-z 0-9 . _ -)"},
      {"c: 'x' within 1s critical",
       "4: 'x' is not a name (accepted: 1 to 64 of A-Z a-z 0-9 . _ -)"},
      {"ticks",
       "6: nothing is no condition (accepted: is_set, within, count, rate, <, <=, >, >=, ==, !=)"},
      {"ticks withn 60s critical",
       "7: 'withn' is no condition (accepted: is_set, within, count, rate, <, <=, >, >=, ==, !=)"},
      {"ticks = 3 critical",
       "7: '=' is no condition (accepted: is_set, within, count, rate, <, <=, >, >=, ==, !=)"},
      {"ticks within 60x critical",
       "14: '60x' is not a duration of more than 0 (accepted: 500ms, 3s, 2m, 1h; a bare number is "
       "seconds)"},
      {"ticks within 0 critical",
       "14: '0' is not a duration of more than 0 (accepted: 500ms, 3s, 2m, 1h; a bare number is "
       "seconds)"},
      {"ticks count 5m 3 critical", "16: '3' is no comparison (accepted: <, <=, >, >=, ==, !=)"},
      {"ticks count 5m < 1.5 critical",
       "18: '1.5' is not a number of events (accepted: a whole number)"},
      {"ticks count 5m < -1 critical",
       "18: '-1' is not a number of events (accepted: a whole number)"},
      {"ticks rate 5m == 1 critical",
       "15: '==' is no comparison of a rate (accepted: <, <=, >, >=)"},
      {"ticks < nan critical", "9: 'nan' is not a number (accepted: such as 10, -1.5, 2e6)"},
      {"ticks < 1e999 critical", "9: '1e999' is not a number (accepted: such as 10, -1.5, 2e6)"},
      {"ticks < 0x10 critical", "9: '0x10' is not a number (accepted: such as 10, -1.5, 2e6)"},
      {"ticks < 10", "11: nothing is no severity (accepted: critical, warning)"},
      {"ticks < 10 fatal", "12: 'fatal' is no severity (accepted: critical, warning)"},
      {"ticks < 10 warning always", "20: 'always' is too much (accepted: during)"},
      {"ticks < 10 warning during Mon",
       "27: 'Mon' is not the sessions in quotes (accepted: \"...\" or '...')"},
      {"ticks < 10 warning during 'Mon 09:00-10:00 UTC' x",
       "49: 'x' is too much (accepted: dates)"},
      {"ticks < 10 warning during 'Mon 09:00-10:00 UTC' dates",
       "54: nothing is not a date in quotes (accepted: \"...\" or '...')"},
      {"ticks < 10 warning during 'Mon 09:00-10:00 UTC' dates '2026-01-26' x",
       "68: 'x' is too much (accepted: the end)"},
      {"ticks < 10 warning during 'Mon", "27: no ' ends the text"},
      {"ticks < 10 warning during 'Mox 09:00-10:00 UTC'",
       "27: 'Mox' is not a day of the week (accepted: Mon, Tue, Wed, Thu, Fri, Sat, Sun; Mon-Fri; "
       "Mon+Wed+Fri)"},
      {"ticks < 10 warning during 'Mon 09:00-10:00 UTC' dates 'Jan 26'",
       "55: 'Jan 26' does not begin with a date (accepted: YYYY-MM-DD, a holiday; YYYY-MM-DD "
       "HH:MM-HH:MM[, ...], other hours)"},
      {"ticks < 10 'é' warning", "12: 'é' is no severity (accepted: critical, warning)"},
      {"é < 10 warning", "1: 'é' is not a name (accepted: 1 to 64 of A-Z a-z 0-9 . _ -)"},
      {"a < 10 warning during 'é' x",
       "23: no session before the zone (accepted: DAYS HH:MM-HH:MM[, ...] ZONE, such as Mon-Fri "
       "09:15-15:30 Asia/Kolkata)"},
      {"a\nb < 10 warning", "1: 'a\\nb' is not a name (accepted: 1 to 64 of A-Z a-z 0-9 . _ -)"},
  };
  for (const auto& [text, complaint] : table) {
    CAPTURE(text);
    CHECK(complaint_about_rule(text) == "is wrong at character " + complaint);
  }
}

TEST_CASE("people count characters, not bytes") {
  CHECK(character_at("abc", 0) == 1);
  CHECK(character_at("abc", 3) == 4);
  CHECK(character_at("é=x", 2) == 2);
  CHECK(character_at("é=x", 99) == 4);
}

TEST_CASE("rules that pass without events make a source one of errors") {
  for (const auto* text :
       {"e count 5m == 0 critical", "e count 5m < 5 critical", "e count 5m <= 5 critical",
        "e count 5m != 3 critical", "e rate 1m < 0.5 critical"})
    CHECK_MESSAGE(passes_without_events(rule_of(text)), text);
  for (const auto* text :
       {"e within 1s critical", "e count 5m > 0 critical", "e count 5m == 1 critical",
        "e rate 1m > 0 critical", "e is_set critical", "e < 1 critical"})
    CHECK_MESSAGE(!passes_without_events(rule_of(text)), text);
}

TEST_CASE("a file of rules has the same texts") {
  const auto file = parse_rules_file(
      R"({"rules": ["ticks within 60s critical", "a < 1 warning"], "lines": ["ticks=/T \\d/"]})");
  REQUIRE(file);
  CHECK(file->rules == std::vector<std::string>{"ticks within 60s critical", "a < 1 warning"});
  CHECK(file->lines == std::vector<std::string>{"ticks=/T \\d/"});
  CHECK(parse_rules_file("{}")->rules.empty());
  CHECK(parse_rules_file("{}")->lines.empty());
}

TEST_CASE("the complaint about a file of rules") {
  const std::pair<std::string, std::string> table[] = {
      {"", "empty value"},
      {"{", "not JSON"},
      {"[]", "not a JSON object"},
      {R"({"rule": []})", "'rule' is unknown (accepted: rules, lines)"},
      {R"({"rules": "a < 1 warning"})", "'rules' is not a list"},
      {R"({"rules": [{"a": 1}]})", "'rules' is not a list of texts"},
      {R"({"lines": {"ticks": "TICK"}})", "'lines' is not a list"},
      {R"({"lines": [1]})", "'lines' is not a list of texts"},
  };
  for (const auto& [text, complaint] : table) {
    CAPTURE(text);
    const auto file = parse_rules_file(text);
    REQUIRE_FALSE(file);
    CHECK(file.error() == complaint);
  }
}
