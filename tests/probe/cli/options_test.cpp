#include "cli/options.hpp"

#include <functional>
#include <set>

#include "parsed.hpp"

using namespace std::chrono_literals;
using probe::Options;
using Names = std::vector<std::string>;

namespace {

/// An option with a value other than the default, and how Options shows that it was read.
struct Row {
  std::string option;
  std::string value;  ///< empty: the option is a flag
  const char* variable;
  std::function<bool(const Options&)> is_set;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {"--all", "", "HEALTHPROBE_ALL", [](const auto& o) { return o.selection.all; }},
      {"--scan", "", "HEALTHPROBE_SCAN",
       [](const auto& o) { return o.selection.scan && o.selection.all; }},
      {"--min-healthy", "2", "HEALTHPROBE_MIN_HEALTHY",
       [](const auto& o) { return o.selection.min_healthy == 2; }},
      {"--instance", "1", "HEARTBEAT_INSTANCE",
       [](const auto& o) { return o.selection.services == Names{"own:1"}; }},
      {"--redis", "redis://r:1", nullptr,
       [](const auto& o) { return o.redis_url == "redis://r:1"; }},
      {"-u", "redis://r:1", nullptr, [](const auto& o) { return o.redis_url == "redis://r:1"; }},
      {"--file", "/f", "HEARTBEAT_FILE", [](const auto& o) { return o.file == "/f"; }},
      {"--prefix", "p:", "HEARTBEAT_PREFIX",
       [](const auto& o) { return o.acceptance.prefix == "p:"; }},
      {"--timeout", "500ms", "HEALTHPROBE_TIMEOUT",
       [](const auto& o) { return o.timeout == 500ms; }},
      {"-t", "500ms", "HEALTHPROBE_TIMEOUT", [](const auto& o) { return o.timeout == 500ms; }},
      {"--max-age", "5", "HEALTHPROBE_MAX_AGE",
       [](const auto& o) { return o.acceptance.max_age == 5s; }},
      {"--ttl", "1m", "HEARTBEAT_TTL", [](const auto& o) { return o.acceptance.ttl == 1min; }},
      {"--expect", "a < 1", "HEALTHPROBE_EXPECT",
       [](const auto& o) { return o.acceptance.expectations.size() == 1; }},
      {"--own", "", "HEALTHPROBE_OWN",
       [](const auto& o) { return !o.acceptance.own_host.value_or("").empty(); }},
      {"--degraded-ok", "", "HEALTHPROBE_DEGRADED_OK",
       [](const auto& o) { return o.exit_policy.degraded; }},
      {"--starting-ok", "", "HEALTHPROBE_STARTING_OK",
       [](const auto& o) { return o.exit_policy.starting; }},
      {"--on-redis-error", "pass", "HEALTHPROBE_ON_REDIS_ERROR",
       [](const auto& o) { return o.exit_policy.redis_trouble; }},
      {"--output", "json", "HEALTHPROBE_OUTPUT",
       [](const auto& o) { return o.format == probe::Format::json; }},
      {"-o", "prometheus", "HEALTHPROBE_OUTPUT",
       [](const auto& o) { return o.format == probe::Format::prometheus; }},
      {"--write", "/w", "HEALTHPROBE_WRITE", [](const auto& o) { return o.write == "/w"; }},
      {"--watch", "", "HEALTHPROBE_WATCH", [](const auto& o) { return o.watch; }},
      {"--quiet", "", "HEALTHPROBE_QUIET", [](const auto& o) { return o.quiet; }},
      {"-q", "", "HEALTHPROBE_QUIET", [](const auto& o) { return o.quiet; }},
      {"--explain", "", "HEALTHPROBE_EXPLAIN", [](const auto& o) { return o.explain.has_value(); }},
      {"--forget", "b:1", nullptr, [](const auto& o) { return o.forget == Names{"b:1"}; }},
  };
  return all;
}

// In a container: the variable names the service, and options that exclude it override it.
const Variables container{{"HEARTBEAT_SERVICE", "own"}};

}  // namespace

TEST_CASE("each option and each variable sets one thing, which is not set by default") {
  const auto defaults = parsed({}, container);
  REQUIRE(defaults);
  CHECK(defaults->selection.services == Names{"own"});
  CHECK(defaults->timeout == 2s);
  CHECK(defaults->acceptance.prefix == "health:");
  CHECK(defaults->warning.empty());
  for (const auto& row : rows()) {
    CAPTURE(row.option);
    CHECK_FALSE(row.is_set(*defaults));
    const bool is_long = row.option.starts_with("--");
    Arguments arguments{row.option.c_str()};
    if (!row.value.empty()) arguments.push_back(row.value.c_str());
    const auto apart = parsed(arguments, container);
    REQUIRE(apart);
    CHECK(row.is_set(*apart));
    if (!row.value.empty()) {
      const auto glued = row.option + (is_long ? "=" : "") + row.value;
      CHECK(row.is_set(*parsed({glued.c_str()}, container)));
    }
    if (row.variable == nullptr) continue;
    auto variables = container;
    variables[row.variable] = row.value.empty() ? "1" : row.value;
    const auto by_variable = parsed({}, variables);
    REQUIRE(by_variable);
    CHECK(row.is_set(*by_variable));
    variables[row.variable] = "";
    CHECK_FALSE(row.is_set(*parsed({}, variables)));
  }
}

TEST_CASE("a flag may say no, on the command line and in its variable") {
  for (const auto& row : rows()) {
    if (!row.value.empty() || !row.option.starts_with("--")) continue;
    CAPTURE(row.option);
    auto variables = container;
    variables[row.variable] = "no";
    CHECK_FALSE(row.is_set(*parsed({}, variables)));
    variables[row.variable] = "yes";
    CHECK_FALSE(row.is_set(*parsed({(row.option + "=false").c_str()}, variables)));
    CHECK(row.is_set(*parsed({(row.option + "=on").c_str()}, container)));
    variables[row.variable] = "2";
    CHECK(complaint(parsed({}, variables)) ==
          std::string{"healthprobe: "} + row.variable +
              " '2' is neither true nor false (accepted: 1, true, yes, on; 0, false, no, off)");
  }
}

TEST_CASE("services: each once, behind -- whatever they look like, else by the variable") {
  const auto services = [](const Arguments& arguments, const Variables& variables = {}) {
    const auto options = parsed(arguments, variables);
    REQUIRE(options);
    return options->selection.services;
  };
  CHECK(services({"b", "a", "b"}) == Names{"b", "a"});
  CHECK(services({"--", "-a", "--all"}) == Names{"-a", "--all"});
  CHECK(services({"--own", "a", "-t", "1", "b"}) == Names{"a", "b"});
  CHECK(services({"a"}, container) == Names{"a"});
  CHECK(services({}, container) == Names{"own"});
  for (const auto* option : {"--all", "--scan", "--forget=x"})
    CHECK(services({option}, container).empty());
}

TEST_CASE("one replica, named by option or by the environment of its own container") {
  const auto asked = [](const Arguments& arguments, const Variables& variables = {}) {
    const auto options = parsed(arguments, variables);
    REQUIRE(options);
    return options->selection.services;
  };
  const Variables replica{{"HEARTBEAT_SERVICE", "worker"}, {"HEARTBEAT_INSTANCE", "1"}};
  CHECK(asked({"worker", "--instance", "2"}) == Names{"worker:2"});
  CHECK(asked({}, replica) == Names{"worker:1"});
  CHECK(asked({"worker"}, replica) == Names{"worker:1"});
  CHECK(asked({"worker"}, {{"HEARTBEAT_INSTANCE", "1"}}) == Names{"worker:1"});
  CHECK(asked({"ingestion"}, replica) == Names{"ingestion"});
  CHECK(asked({"ingestion", "--instance", "1"}, replica) == Names{"ingestion:1"});
  CHECK(asked({"--all"}, replica).empty());
  CHECK(asked({"--watch", "--instance", "2", "a"}) == Names{"a:2"});
}

TEST_CASE("a table is of the services that are named, else of all") {
  CHECK(parsed({"--watch"})->selection.all);
  CHECK(parsed({"--watch", "a"})->selection.services == Names{"a"});
  CHECK_FALSE(parsed({"--watch", "a"})->selection.all);
  CHECK_FALSE(parsed({"--watch"}, container)->selection.all);
  CHECK(parsed({"--watch", "--scan"})->selection.scan);
  CHECK(complaint(parsed({"--watch", "--instance", "2"})).find("no service given") !=
        std::string::npos);
}

TEST_CASE("a file stands alone if the option names it and nothing says where Redis is") {
  CHECK(parsed({"--file", "/f"})->file_alone);
  CHECK(parsed({"--file", "/f"})->selection.services.empty());
  CHECK(parsed({"--file=/f"}, {{"HEARTBEAT_FILE", "/g"}, {"REDIS_PASSWORD", "x"}})->file_alone);
  CHECK_FALSE(parsed({"a"}, {{"HEARTBEAT_FILE", "/f"}})->file_alone);
  CHECK_FALSE(parsed({"a", "--file", "/f", "-u", "redis://r"})->file_alone);
  for (const auto* name :
       {"HEARTBEAT_REDIS_URL", "HEARTBEAT_REDIS_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"})
    CHECK_FALSE(parsed({"a", "--file", "/f"}, {{name, "x"}})->file_alone);
  const auto none = parsed({"a", "--file="}, {{"HEARTBEAT_FILE", "/f"}});
  CHECK(none->file.empty());
  CHECK_FALSE(none->file_alone);
  CHECK_FALSE(parsed({"--file", "/f", "-u", "redis://r"}));
  CHECK_FALSE(parsed({}, {{"HEARTBEAT_FILE", "/f"}}));
}

TEST_CASE("lists: all that the command line gives, else the parts of the variable") {
  const auto given =
      parsed({"a", "--expect", "a < 1", "--expect=b == x"}, {{"HEALTHPROBE_EXPECT", "bad"}});
  REQUIRE(given);
  REQUIRE(given->acceptance.expectations.size() == 2);
  CHECK(given->acceptance.expectations[1].field == "b");
  const auto parts = parsed({"a"}, {{"HEALTHPROBE_EXPECT", "a < 1; b == \"x;y\" ;"}});
  REQUIRE(parts);
  REQUIRE(parts->acceptance.expectations.size() == 2);
  CHECK(parts->acceptance.expectations[1].value == probe::Expectation::Literal{"x;y"});
  CHECK(parsed({"--forget", "a", "--forget=b:1"})->forget == Names{"a", "b:1"});
}

TEST_CASE("an option wins over its variable, and the last of several wins") {
  const auto options = parsed(
      {"b", "--max-age", "7", "--own=false"},
      {{"HEARTBEAT_SERVICE", "a b"}, {"HEALTHPROBE_MAX_AGE", "x"}, {"HEALTHPROBE_OWN", "1"}});
  REQUIRE(options);
  CHECK(options->acceptance.max_age == 7s);
  CHECK_FALSE(options->acceptance.own_host);
  CHECK(parsed({"a", "-t", "1", "-t", "3"})->timeout == 3s);
}

TEST_CASE("what follows an option is its value, even empty or with a hyphen") {
  CHECK(parsed({"--prefix=", "a"})->acceptance.prefix.empty());
  CHECK(parsed({"--prefix", "", "a"})->acceptance.prefix.empty());
  CHECK(parsed({"--prefix", "--all", "a"})->acceptance.prefix == "--all");
  CHECK(parsed({"--prefix", "--", "a"})->acceptance.prefix == "--");
  CHECK(parsed({"a", "--", "b="})->selection.services.empty() == false);
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

TEST_CASE("a command line has its limits") {
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
  CHECK(parsed({"--forget", "a:b"}));
  CHECK(complaint(parsed({"--forget", "a:b:c"})) ==
        "healthprobe: --forget 'a:b:c' is not a valid name (accepted: a service such as worker, "
        "or a replica such as worker:1)");
}

TEST_CASE("options that cannot be combined: given both, an error; a variable gives way") {
  const std::map<std::string, std::vector<std::string>> excluded{
      {"--all", {"--instance=1", "a"}},
      {"--scan", {"--instance=1", "a"}},
      {"--watch", {"--output=json", "--write=w", "--quiet", "--explain", "--file=f"}},
      {"--forget=b",
       {"--all", "--scan", "--watch", "--output=json", "--write=w", "--quiet", "--explain",
        "--file=f", "--instance=1", "--min-healthy=1", "a"}}};
  const auto name = [](const std::string& word) {
    return word == "a" ? "service 'a'" : word.substr(0, word.find('='));
  };
  for (const auto& [option, others] : excluded)
    for (const auto& other : others) {
      CAPTURE(option + " " + other);
      CHECK(complaint(parsed({option.c_str(), other.c_str()})) ==
            "healthprobe: " + name(option) + " cannot be combined with " + name(other));
      CHECK(complaint(parsed({other.c_str(), option.c_str()})) ==
            "healthprobe: " + name(other) + " cannot be combined with " + name(option));
    }
  for (const auto& row : rows()) {
    if (row.variable == nullptr) continue;
    CAPTURE(row.variable);
    const Variables variables{{row.variable, row.value.empty() ? "1" : row.value}};
    for (const auto& [option, others] : excluded)
      for (const auto& other : others)
        if (row.option == name(other))
          CHECK_FALSE(row.is_set(*parsed({option.c_str()}, variables)));
  }
  CHECK(parsed({"a"}, {{"HEALTHPROBE_ALL", "1"}})->selection.services == Names{"a"});
  CHECK_FALSE(parsed({"a"}, {{"HEALTHPROBE_ALL", "1"}})->selection.all);
  const auto both = parsed({}, {{"HEARTBEAT_SERVICE", "a"}, {"HEALTHPROBE_ALL", "1"}});
  CHECK((both->selection.all && both->selection.services.empty()));
  CHECK(parsed({}, {{"HEARTBEAT_SERVICE", "a"}, {"HEALTHPROBE_ALL", "0"}})->selection.services ==
        Names{"a"});
  CHECK(parsed({},
               {{"HEALTHPROBE_WATCH", "0"}, {"HEARTBEAT_SERVICE", "a"}, {"HEALTHPROBE_QUIET", "1"}})
            ->quiet);
  CHECK(complaint(parsed({"--all", "--file", "f"})) ==
        "healthprobe: --file without a Redis cannot be combined with --all");
}

TEST_CASE("mistakes name the option or variable, say what is accepted and what is similar") {
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

TEST_CASE("help and version go to stdout, and pass, whatever else is wrong") {
  std::set<std::string> words;
  for (const auto& row : rows())
    words.insert({row.option, row.variable == nullptr ? "" : row.variable});
  for (const Arguments& arguments :
       std::vector<Arguments>{{"a b", "-h", "--foo"}, {"--help", "-t"}, {"--all", "a", "--help"}}) {
    const auto help = parsed(arguments);
    REQUIRE_FALSE(help);
    CHECK(help.error().exit_status == 0);
    CHECK_FALSE(help.error().is_error);
    for (const auto& word : words)
      CHECK_MESSAGE(help.error().text.find(word) != std::string::npos, word);
  }
  for (const Arguments& arguments : std::vector<Arguments>{{"--version"}, {"a b", "--version"}}) {
    const auto version = parsed(arguments);
    REQUIRE_FALSE(version);
    CHECK(version.error().text == "healthprobe " HEALTHPROBE_VERSION "\n");
    CHECK(version.error().exit_status == 0);
  }
}

TEST_CASE("a password among the arguments is warned of, and not shown") {
  const auto options = parsed({"a", "-u", "redis://:hunter2@h"});
  REQUIRE(options);
  CHECK(options->warning.starts_with("healthprobe: warning: arguments are public"));
  CHECK(options->warning.find("hunter2") == std::string::npos);
  CHECK(parsed({"a", "-u", "redis://h"})->warning.empty());
}

TEST_CASE("Nagios reads that it was called wrongly on stdout, with exit status 3") {
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
