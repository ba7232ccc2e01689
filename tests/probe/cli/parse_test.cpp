#include <doctest/doctest.h>

#include "parsed.hpp"

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

TEST_CASE("the word after an option is its value, even if it is empty or begins with a hyphen") {
  CHECK(parsed({"--prefix=", "a"})->acceptance.prefix.empty());
  CHECK(parsed({"--prefix", "", "a"})->acceptance.prefix.empty());
  CHECK(parsed({"--prefix", "--all", "a"})->acceptance.prefix == "--all");
  CHECK(parsed({"--prefix", "--", "a"})->acceptance.prefix == "--");
  CHECK(parsed({"a", "--", "b="}).error().text.starts_with("healthprobe: service 'b=' is not"));
}

TEST_CASE("words are split as getopt_long splits them") {
  for (const auto& words : std::vector<Arguments>{{"-qt5", "a"},
                                                  {"-q", "-t", "5", "a"},
                                                  {"-qt", "5", "a"},
                                                  {"a", "--timeout=5", "--quiet"}}) {
    const auto options = parsed(words);
    REQUIRE(options);
    CHECK(options->quiet);
    CHECK(options->timeout == 5s);
    CHECK(options->selection.services == Names{"a"});
  }
}

TEST_CASE("every value has its limits") {
  struct Limit {
    std::string option;
    std::vector<std::string> accepted;
    std::vector<std::string> refused;
    std::string rule;
  };
  const std::string names = "is not a valid name (accepted: 1 to 128 of A-Z a-z 0-9 . _ -)";
  const std::string durations =
      "is not a duration (accepted: 500ms, 3s, 2m, 1h; a bare number is seconds)";
  const std::string age = "is out of range (accepted: more than 0, at most 365d)";
  const Limit limits[] = {
      {"--timeout",
       {"1ms", "1h"},
       {"0", "0s", "3601", "3600001ms"},
       "is out of range (accepted: more than 0, at most 1h)"},
      {"--timeout", {"1.5s"}, {"", "5x", "-1", " 1", "soon"}, durations},
      {"--max-age", {"1ms", "8760h"}, {"0", "31536001"}, ""},
      {"--ttl", {"1ms", "8760h"}, {"0", "31536001"}, ""},
      {"--min-healthy",
       {"1", "100000"},
       {"0", "100001", "2x", "-1", ""},
       "is out of range (accepted: 1 to 100000)"},
      {"--instance", {"1", std::string(128, 'a')}, {"", "1 2", std::string(129, 'a')}, names},
      {"--prefix",
       {"", std::string(256, 'a')},
       {std::string(257, 'a'), "x\n", "x\x7f"},
       "is not a prefix (accepted: at most 256 bytes, no control characters)"},
      {"--output", {"text", "json", "nagios", "prometheus"}, {"xml", "TEXT", ""}, "is unknown"},
      {"--on-redis-error", {"fail", "pass"}, {"x"}, "is unknown (accepted: fail, pass)"},
      {"--write", {"f"}, {""}, "is not a file (accepted: a path)"},
      {"--redis", {"x"}, {""}, "is not a URL (accepted: redis://HOST:PORT, ...)"},
      {"--expect", {"a < 1"}, {"a < b"}, "needs a number after <"},
  };
  for (const auto& [option, accepted, refused, rule] : limits) {
    for (const auto& value : accepted) {
      CAPTURE(option + "=" + value);
      CHECK(parsed({"a", option.c_str(), value.c_str()}));
    }
    for (const auto& value : refused) {
      CAPTURE(option + "=" + value);
      const auto text = complaint(parsed({"a", option.c_str(), value.c_str()}));
      CHECK(text.starts_with("healthprobe: " + option + " '"));
      CHECK(text.find(rule) != text.npos);
      CHECK(text.size() < 250);
    }
  }
  for (const std::string& good : {std::string(128, 'a'), std::string{"a.B_c-1"}})
    CHECK(parsed({good.c_str()}));
  for (const std::string& bad :
       {std::string(129, 'a'), std::string{"a b"}, std::string{"a*"}, std::string{"a:b"},
        std::string{""}, std::string{"[a,b]"}, std::string{"-"}}) {
    CAPTURE(bad);
    CHECK(complaint(parsed({bad.c_str()})).find("service '") != std::string::npos);
    CHECK(complaint(parsed({bad.c_str()})).find(names) != std::string::npos);
    if (!bad.empty())
      CHECK(complaint(parsed({}, {{"HEARTBEAT_SERVICE", bad}})).find("HEARTBEAT_SERVICE '") !=
            std::string::npos);
  }
  for (const auto* name : {"a:b", "worker:*", "*", "*:*"}) CHECK(parsed({"--forget", name}));
  for (const auto* name : {"w?", "w[a-c]", "a:b:*"})
    CHECK(complaint(parsed({"--forget", name})).find("is not a valid name") != std::string::npos);
  for (const auto* list : {"", "@", "a,b c,:since", " , "})
    CHECK(complaint(parsed({"--expected", list}))
              .ends_with("is not a list of names (accepted: worker,ingestion or @FILE)"));
  CHECK(complaint(parsed({"--forget", "a:b:c"})) ==
        "healthprobe: --forget 'a:b:c' is not a valid name (accepted: a service such as worker, "
        "a replica such as worker:1, or a pattern such as 'worker:*')");
}

TEST_CASE("an error names the option or variable, the accepted values and a similar value") {
  struct Mistake {
    Arguments arguments;
    Variables variables;
    std::string complaint;
  };
  const Mistake mistakes[] = {
      {{}, {}, "no service given (name one, or set HEARTBEAT_SERVICE)"},
      {{"--foo", "a"}, {}, "unknown option '--foo' (see healthprobe --help)"},
      {{"a", "--pass=secret"}, {}, "unknown option '--pass' (see healthprobe --help)"},
      {{"-x"}, {}, "unknown option '-x' (see healthprobe --help)"},
      {{"a", "-qx"}, {}, "unknown option '-x' (see healthprobe --help)"},
      {{"a", "--timeou", "5"},
       {},
       "unknown option '--timeou' (did you mean --timeout? see healthprobe --help)"},
      {{"a", "--tiemout=5"},
       {},
       "unknown option '--tiemout' (did you mean --timeout? see healthprobe --help)"},
      {{"a", "-o", "jsno"},
       {},
       "--output 'jsno' is unknown (accepted: text, json, nagios, prometheus; did you mean json)"},
      {{"a"},
       {{"HEALTHPROBE_ON_REDIS_ERROR", "ignore"}},
       "HEALTHPROBE_ON_REDIS_ERROR 'ignore' is unknown (accepted: fail, pass)"},
      {{"a", "-t"}, {}, "option '-t' needs a value"},
      {{"a", "-qt"}, {}, "option '-t' needs a value"},
      {{"a", "--redis"}, {}, "option '--redis' needs a value"},
      {{"a\nb"},
       {},
       "service 'a\\nb' is not a valid name (accepted: 1 to 128 of A-Z a-z 0-9 . _ -)"},
      {{"redis://:pw@h"},
       {},
       "service 'redis://***' is not a valid name (accepted: 1 to 128 of A-Z a-z 0-9 . _ -)"},
      {{"a"},
       {{"HEALTHPROBE_EXPECT", "a == 1; b"}},
       "HEALTHPROBE_EXPECT ' b' has no comparison (accepted: FIELD OP VALUE, OP one of < <= > >= "
       "== !=)"},
  };
  for (const auto& [arguments, variables, text] : mistakes)
    CHECK(complaint(parsed(arguments, variables)) == "healthprobe: " + text);
}

TEST_CASE("a password in the arguments causes a warning, which does not show the password") {
  const auto options = parsed({"a", "-u", "redis://:hunter2@h"});
  REQUIRE(options);
  CHECK(options->warning.starts_with("healthprobe: warning: arguments are public"));
  CHECK(options->warning.find("hunter2") == std::string::npos);
  CHECK(parsed({"a", "-u", "redis://h"})->warning.empty());
}

TEST_CASE("a usage error for Nagios goes to stdout, with exit status 3") {
  const Variables in_variable{{"HEALTHPROBE_OUTPUT", "nagios"}};
  const struct {
    Arguments arguments;
    Variables variables;
    bool is_for_nagios;
  } cases[] = {{{"a", "-o", "nagios", "--bad"}, {}, true},
               {{"a", "-onagios", "--bad"}, {}, true},
               {{"a", "--bad", "--output", "nagios"}, {}, true},
               {{"a", "--output=nagios", "--timeout=x"}, {}, true},
               {{"-o", "nagios"}, {}, true},
               {{"a", "-o", "nagios", "-t"}, {}, true},
               {{"a", "--bad"}, in_variable, true},
               {{"a", "--bad", "-o", "text"}, in_variable, false},
               {{"a", "--bad", "-o", "nagios", "-o", "json"}, {}, false},
               {{"a", "--bad", "--", "-o", "nagios"}, {}, false},
               {{"nagios", "--bad"}, {}, false}};
  for (const auto& [arguments, variables, is_for_nagios] : cases) {
    const auto options = parsed(arguments, variables);
    REQUIRE_FALSE(options);
    CAPTURE(options.error().text);
    CHECK(options.error().exit_status == (is_for_nagios ? 3 : 1));
    CHECK(options.error().is_error == !is_for_nagios);
    CHECK(options.error().text.starts_with(is_for_nagios ? "HEALTHPROBE UNKNOWN: "
                                                         : "healthprobe: "));
    CHECK(options.error().text.find("healthprobe: ", 1) == std::string::npos);
  }
  CHECK(parsed({"-o", "nagios", "--help"}).error().exit_status == 0);
}
