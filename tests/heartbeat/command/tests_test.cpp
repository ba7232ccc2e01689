#include "command/tests.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "command/declared.hpp"
#include "heartbeat/error.hpp"

using namespace heartbeat;
using namespace heartbeat::command;

namespace {

CommandTest named(const char* name) { return {.name = name, .line = "true"}; }

std::string complaint_about_tests(const DeclaredChecks& checks) try {
  require_declarable(checks);
  return "none";
} catch (const ConfigError& error) {
  return error.what();
}

}  // namespace

TEST_CASE("a test has a name and a line of the shell, and is critical") {
  const auto test = parse_test("database=pg_isready -h db --x=1");
  REQUIRE(test);
  CHECK(test->name == "database");
  CHECK(test->severity == Severity::critical);
  CHECK(test->line == "pg_isready -h db --x=1");
  CHECK(parse_test("q warning=a = b")->severity == Severity::warning);
  CHECK(parse_test("q critical= a")->severity == Severity::critical);
}

TEST_CASE("the complaint about a test names the place") {
  const std::pair<std::string, std::string> table[] = {
      {"database", "has no command after a = (accepted: NAME=COMMAND)"},
      {"database=", "has no command after a = (accepted: NAME=COMMAND)"},
      {"database= \t", "has no command after a = (accepted: NAME=COMMAND)"},
      {"=true",
       "is wrong at character 1: '' is not a name (accepted: 1 to 64 of A-Z a-z 0-9 . _ -)"},
      {"a/b=true",
       "is wrong at character 1: 'a/b' is not a name (accepted: 1 to 64 of A-Z a-z 0-9 . _ -)"},
      {"a bad=true", "is wrong at character 3: 'bad' is no severity (accepted: critical, warning)"},
      {"a =true", "is wrong at character 3: '' is no severity (accepted: critical, warning)"},
  };
  for (const auto& [text, complaint] : table) {
    CAPTURE(text);
    const auto test = parse_test(text);
    REQUIRE_FALSE(test);
    CHECK(test.error() == complaint);
  }
}

TEST_CASE("a name is that of one check only") {
  const auto rule = parse_rule("a < 1 warning").value();
  CHECK(complaint_about_tests({.rules = {rule}, .tests = {named("b")}}) == "none");
  CHECK(complaint_about_tests({.tests = {named("b"), named("b")}}) ==
        "--test 'b': check 'b' is declared twice");
  CHECK(complaint_about_tests({.rules = {rule}, .tests = {named("a")}}) ==
        "--test 'a': check 'a' is declared twice");
  CHECK(complaint_about_tests(
            {.watchdog = std::chrono::milliseconds{1}, .tests = {named("watchdog")}}) ==
        "--watchdog is a check with this name: another one needs another name");
}
