#include "edge/options.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace std::chrono_literals;

namespace {

using Variables = std::map<std::string, std::string>;

tl::expected<probe::Options, probe::Stop> parsed(std::vector<const char*> arguments,
                                                 const Variables& variables = {}) {
  arguments.insert(arguments.begin(), "healthprobe");
  const heartbeat::redis::Environment environment{
      .variable = [&](const char* name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end() || found->second.empty()) return std::nullopt;
        return found->second;
      },
      .file = [](const std::string&) -> tl::expected<std::string, std::string> {
        FAIL("options open no file");
        return {};
      }};
  return probe::parse_options(arguments, environment);
}

std::string complaint(const std::vector<const char*>& arguments, const Variables& variables = {}) {
  const auto options = parsed(arguments, variables);
  REQUIRE_FALSE(options);
  CHECK(options.error().exit_status == 1);
  CHECK(options.error().is_error);
  auto text = options.error().text;
  REQUIRE(text.ends_with("\n"));
  text.pop_back();
  CHECK(text.find('\n') == text.npos);
  return text;
}

}  // namespace

TEST_CASE("the defaults") {
  const auto options = parsed({"ingestion"});
  REQUIRE(options);
  CHECK(options->selection.services == std::vector<std::string>{"ingestion"});
  CHECK(options->redis_url.empty());
  CHECK(options->file.empty());
  CHECK_FALSE(options->file_alone);
  CHECK(options->timeout == 2s);
  CHECK(options->acceptance.prefix == "health:");
  CHECK_FALSE(options->acceptance.max_age);
  CHECK_FALSE(options->acceptance.ttl);
  CHECK(options->acceptance.expectations.empty());
  CHECK_FALSE(options->own);
  CHECK_FALSE(options->exit_policy.degraded);
  CHECK_FALSE(options->exit_policy.starting);
  CHECK_FALSE(options->exit_policy.redis_trouble);
  CHECK(options->format == probe::Format::text);
  CHECK_FALSE(options->quiet);
  CHECK(options->warning.empty());
}

TEST_CASE("every option") {
  const auto options = parsed({"-u",
                               "redis://r:1",
                               "--prefix",
                               "p:",
                               "-t",
                               "500ms",
                               "--max-age=5",
                               "--ttl",
                               "1m",
                               "--expect",
                               "a < 1",
                               "--expect=b == x",
                               "--own",
                               "--degraded-ok",
                               "--starting-ok",
                               "--on-redis-error",
                               "pass",
                               "-ojson",
                               "-q",
                               "b",
                               "a",
                               "b"});
  REQUIRE(options);
  CHECK(options->selection.services == std::vector<std::string>{"b", "a"});
  CHECK(options->redis_url == "redis://r:1");
  CHECK(options->timeout == 500ms);
  CHECK(options->acceptance.prefix == "p:");
  CHECK(options->acceptance.max_age == 5s);
  CHECK(options->acceptance.ttl == 60s);
  REQUIRE(options->acceptance.expectations.size() == 2);
  CHECK(options->acceptance.expectations[1].field == "b");
  CHECK(options->own);
  CHECK(options->exit_policy.degraded);
  CHECK(options->exit_policy.starting);
  CHECK(options->exit_policy.redis_trouble);
  CHECK(options->format == probe::Format::json);
  CHECK(options->quiet);
}

TEST_CASE("the whole fleet, or some to be forgotten, whatever the container's own service is") {
  const Variables container{{"HEARTBEAT_SERVICE", "own"}};
  CHECK(parsed({"--all"}, container)->selection.services.empty());
  const auto scan = parsed({"--scan"}, container);
  CHECK((scan->selection.all && scan->selection.scan && scan->selection.services.empty()));
  CHECK(parsed({}, {{"HEALTHPROBE_SCAN", "1"}})->selection.scan);
  const auto forget = parsed({"--forget", "a", "--forget=b:1"}, container);
  CHECK(forget->forget == std::vector<std::string>{"a", "b:1"});
  CHECK(forget->selection.services.empty());
}

TEST_CASE("every variable") {
  const auto options = parsed({}, {{"HEARTBEAT_SERVICE", "a"},
                                   {"HEARTBEAT_PREFIX", "p:"},
                                   {"HEALTHPROBE_TIMEOUT", "1h"},
                                   {"HEALTHPROBE_MAX_AGE", "5"},
                                   {"HEARTBEAT_TTL", "60"},
                                   {"HEALTHPROBE_EXPECT", "a < 1; b == \"x;y\" ;"},
                                   {"HEALTHPROBE_OWN", "yes"},
                                   {"HEALTHPROBE_DEGRADED_OK", "on"},
                                   {"HEALTHPROBE_STARTING_OK", "true"},
                                   {"HEALTHPROBE_ON_REDIS_ERROR", "pass"},
                                   {"HEALTHPROBE_OUTPUT", "json"},
                                   {"HEALTHPROBE_QUIET", "1"}});
  REQUIRE(options);
  CHECK(options->selection.services == std::vector<std::string>{"a"});
  CHECK(options->acceptance.prefix == "p:");
  CHECK(options->timeout == 1h);
  CHECK(options->acceptance.max_age == 5s);
  CHECK(options->acceptance.ttl == 60s);
  REQUIRE(options->acceptance.expectations.size() == 2);
  CHECK(options->acceptance.expectations[1].value == probe::Expectation::Value{"x;y"});
  CHECK(options->own);
  CHECK(options->exit_policy.degraded);
  CHECK(options->exit_policy.starting);
  CHECK(options->exit_policy.redis_trouble);
  CHECK(options->format == probe::Format::json);
  CHECK(options->quiet);
}

TEST_CASE("one replica, named by option or by the environment of its own container") {
  const auto asked = [](std::vector<const char*> arguments, const Variables& variables = {}) {
    const auto options = parsed(std::move(arguments), variables);
    REQUIRE(options);
    return options->selection.services;
  };
  using Names = std::vector<std::string>;
  const Variables container{{"HEARTBEAT_SERVICE", "worker"}, {"HEARTBEAT_INSTANCE", "1"}};
  CHECK(asked({"worker"}) == Names{"worker"});
  CHECK(asked({"worker", "--instance", "2"}) == Names{"worker:2"});
  CHECK(asked({}, container) == Names{"worker:1"});
  CHECK(asked({"worker"}, container) == Names{"worker:1"});
  CHECK(asked({"worker"}, {{"HEARTBEAT_INSTANCE", "1"}}) == Names{"worker:1"});
  CHECK(asked({"ingestion"}, container) == Names{"ingestion"});
  CHECK(asked({"ingestion", "--instance", "1"}, container) == Names{"ingestion:1"});
  CHECK(asked({"--all"}, container).empty());
}

TEST_CASE("the roster and a quorum") {
  CHECK_FALSE(parsed({"a"})->selection.all);
  CHECK(parsed({"--all"})->selection.all);
  CHECK(parsed({}, {{"HEALTHPROBE_ALL", "1"}})->selection.all);
  CHECK(parsed({"a"})->selection.min_healthy == 0);
  CHECK(parsed({"a", "--min-healthy", "1"})->selection.min_healthy == 1);
  CHECK(parsed({"a", "--min-healthy=100000"})->selection.min_healthy == 100'000);
}

TEST_CASE("a file stands alone if the option names it and nothing says where Redis is") {
  const auto alone = [](const std::vector<const char*>& arguments, const Variables& variables) {
    const auto options = parsed(arguments, variables);
    REQUIRE(options);
    CHECK(options->file == "/f");
    return options->file_alone;
  };
  CHECK(alone({"a", "--file", "/f"}, {}));
  CHECK(alone({"a", "--file=/f"}, {{"HEARTBEAT_FILE", "/g"}, {"REDIS_PASSWORD", "x"}}));
  CHECK_FALSE(alone({"a"}, {{"HEARTBEAT_FILE", "/f"}}));
  CHECK_FALSE(alone({"a", "--file", "/f", "-u", "redis://r"}, {}));
  for (const auto* name :
       {"HEARTBEAT_REDIS_URL", "HEARTBEAT_REDIS_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"}) {
    CAPTURE(name);
    CHECK_FALSE(alone({"a", "--file", "/f"}, {{name, "x"}}));
  }
  const auto none = parsed({"a", "--file="}, {{"HEARTBEAT_FILE", "/f"}});
  CHECK(none->file.empty());
  CHECK_FALSE(none->file_alone);
}

TEST_CASE("a file that stands alone may tell whose it is") {
  CHECK(parsed({"--file", "/f"})->selection.services.empty());
  CHECK(parsed({"--file", "/f"}, {{"HEARTBEAT_SERVICE", "a"}})->selection.services.size() == 1);
  CHECK_FALSE(parsed({"--file", "/f", "-u", "redis://r"}));
  CHECK_FALSE(parsed({}, {{"HEARTBEAT_FILE", "/f"}}));
}

TEST_CASE("an option wins over its variable, even over a bad one") {
  const auto options = parsed({"b", "--max-age", "7", "--expect", "c > 1", "--own=false"},
                              {{"HEARTBEAT_SERVICE", "a b"},
                               {"HEALTHPROBE_MAX_AGE", "x"},
                               {"HEALTHPROBE_EXPECT", "bad"},
                               {"HEALTHPROBE_OWN", "1"}});
  REQUIRE(options);
  CHECK(options->selection.services == std::vector<std::string>{"b"});
  CHECK(options->acceptance.max_age == 7s);
  CHECK(options->acceptance.expectations.size() == 1);
  CHECK_FALSE(options->own);
}

TEST_CASE("the last of several wins, an empty variable is none, an empty prefix is one") {
  CHECK(parsed({"a", "-t", "1", "-t", "3"})->timeout == 3s);
  CHECK(parsed({"a"}, {{"HEALTHPROBE_TIMEOUT", ""}})->timeout == 2s);
  CHECK(parsed({"--prefix=", "a"})->acceptance.prefix.empty());
  CHECK(parsed({"--prefix", "", "a"})->selection.services.size() == 1);
  CHECK(parsed({"--", "-a"})->selection.services == std::vector<std::string>{"-a"});
}

TEST_CASE("words are split as getopt_long splits them") {
  for (const auto& words : std::vector<std::vector<const char*>>{{"-qt5", "a"},
                                                                 {"-q", "-t", "5", "a"},
                                                                 {"-qt", "5", "a"},
                                                                 {"a", "--timeout=5", "--quiet"}}) {
    const auto options = parsed(words);
    REQUIRE(options);
    CHECK(options->quiet);
    CHECK(options->timeout == 5s);
    CHECK(options->selection.services == std::vector<std::string>{"a"});
  }
  CHECK(parsed({"--prefix", "--all", "a"})->acceptance.prefix == "--all");  // it wants a value
  CHECK(parsed({"--prefix=a=b", "a"})->acceptance.prefix == "a=b");
  CHECK(parsed({"a", "--", "--all", "-h"})->selection.services.size() == 3);
}

TEST_CASE("mistakes are named, with what is accepted") {
  constexpr const char* durations =
      " is not a duration (accepted: 500ms, 3s, 2m, 1h; a bare number is seconds)";
  constexpr const char* names = " is not a valid name (accepted: 1 to 128 of A-Z a-z 0-9 . _ -)";
  constexpr const char* truths =
      " is neither true nor false (accepted: 1, true, yes, on; 0, false, no, off)";
  struct Row {
    std::vector<const char*> arguments;
    Variables variables;
    std::string complaint;
  };
  const Row rows[] = {
      {{"--all", "a"}, {}, "--all is every service: 'a' is one too many"},
      {{"--scan", "a"}, {}, "--scan is every service: 'a' is one too many"},
      {{"--forget", "b", "a"}, {}, "--forget judges nothing: 'a' is one too many"},
      {{"--forget", "b", "--all"}, {}, "--forget judges nothing: --all is one too many"},
      {{"a"}, {{"HEALTHPROBE_ALL", "1"}}, "HEALTHPROBE_ALL is every service: 'a' is one too many"},
      {{"--forget", "b", "-o", "json"}, {}, "--forget judges nothing: --output is one too many"},
      {{"--forget", "b", "--scan"}, {}, "--forget judges nothing: --scan is one too many"},
      {{"--scan", "--instance", "1"}, {}, "--scan is every replica: --instance names one"},
      {{"--forget", "a:b:c"},
       {},
       "--forget 'a:b:c' is not a valid name (accepted: worker, or of a replica worker:1)"},
      {{"--all", "--instance", "1"}, {}, "--all is every replica: --instance names one"},
      {{"--all", "--file", "f"}, {}, "--all asks Redis, and --file alone does not"},
      {{"a:b"}, {}, "service 'a:b'" + std::string{names}},
      {{"a", "--instance", ""}, {}, "--instance ''" + std::string{names}},
      {{"a"}, {{"HEARTBEAT_INSTANCE", "1 2"}}, "HEARTBEAT_INSTANCE '1 2'" + std::string{names}},
      {{"a", "--min-healthy", "0"},
       {},
       "--min-healthy '0' is not a number of replicas (accepted: 1 to 100000)"},
      {{"a", "--min-healthy", "100001"},
       {},
       "--min-healthy '100001' is not a number of replicas (accepted: 1 to 100000)"},
      {{"a", "--min-healthy", "2x"},
       {},
       "--min-healthy '2x' is not a number of replicas (accepted: 1 to 100000)"},
      {{}, {}, "no service given (name one, or set HEARTBEAT_SERVICE)"},
      {{"--foo", "a"}, {}, "unknown option '--foo' (see healthprobe --help)"},
      {{"a", "--pass=secret"}, {}, "unknown option '--pass' (see healthprobe --help)"},
      {{"-x"}, {}, "unknown option '-x' (see healthprobe --help)"},
      {{"a", "-qx"}, {}, "unknown option '-x' (see healthprobe --help)"},
      {{"a", "-"}, {}, "unknown option '-' (see healthprobe --help)"},
      {{"a", "--timeou", "5"}, {}, "unknown option '--timeou' (see healthprobe --help)"},
      {{"a", "-t"}, {}, "option '-t' needs a value"},
      {{"a", "-qt"}, {}, "option '-t' needs a value"},
      {{"a", "--redis"}, {}, "option '--redis' needs a value"},
      {{"--redis=", "a"}, {}, "--redis '' is not a URL (accepted: redis://HOST:PORT, ...)"},
      {{"a", "--max-age", "5x"}, {}, "--max-age '5x'" + std::string{durations}},
      {{"a", "--max-age="}, {}, "--max-age ''" + std::string{durations}},
      {{"a"}, {{"HEARTBEAT_TTL", "-1"}}, "HEARTBEAT_TTL '-1'" + std::string{durations}},
      {{"a", "-t", "0"}, {}, "--timeout '0' is out of range (accepted: more than 0, at most 1h)"},
      {{"a", "-t", "3601"},
       {},
       "--timeout '3601' is out of range (accepted: more than 0, at most 1h)"},
      {{"a b"}, {}, "service 'a b'" + std::string{names}},
      {{"a*"}, {}, "service 'a*'" + std::string{names}},
      {{""}, {}, "service ''" + std::string{names}},
      {{"[a,b]"}, {}, "service '[a,b]'" + std::string{names}},
      {{"a\nb"}, {}, "service 'a\\nb'" + std::string{names}},
      {{"redis://:pw@h"}, {}, "service 'redis://***'" + std::string{names}},
      {{}, {{"HEARTBEAT_SERVICE", "a:b"}}, "HEARTBEAT_SERVICE 'a:b'" + std::string{names}},
      {{"a", "-o", "xml"},
       {},
       "--output 'xml' is not a format (accepted: text, json, nagios, prometheus)"},
      {{"a", "--write="}, {}, "--write '' is not a file (accepted: a path)"},
      {{"a", "--on-redis-error", "x"},
       {},
       "--on-redis-error 'x' is unknown (accepted: fail, pass)"},
      {{"a", "--own=maybe"}, {}, "--own 'maybe'" + std::string{truths}},
      {{"a"}, {{"HEALTHPROBE_QUIET", "2"}}, "HEALTHPROBE_QUIET '2'" + std::string{truths}},
      {{"a", "--prefix", "x\n"},
       {},
       "--prefix 'x\\n' is not a prefix (accepted: at most 256 bytes, no control characters)"},
      {{"a", "--expect", "a < b"}, {}, "--expect 'a < b' needs a number after <"},
      {{"a"},
       {{"HEALTHPROBE_EXPECT", "a == 1; b"}},
       "HEALTHPROBE_EXPECT ' b' has no comparison (accepted: FIELD OP VALUE, OP one of < <= > >= "
       "== !=)"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.complaint);
    CHECK(complaint(row.arguments, row.variables) == "healthprobe: " + row.complaint);
  }
}

TEST_CASE("names and prefixes end at their limits") {
  CHECK(parsed({std::string(128, 'a').c_str()}));
  CHECK_FALSE(parsed({std::string(129, 'a').c_str()}));
  CHECK(parsed({"a", "--prefix", std::string(256, 'a').c_str()}));
  CHECK_FALSE(parsed({"a", "--prefix", std::string(257, 'a').c_str()}));
  CHECK(complaint({std::string(5000, 'a').c_str()}).size() < 200);
}

TEST_CASE("help and version go to stdout, and pass") {
  for (const auto* argument : {"-h", "--help"}) {
    const auto stop = parsed({"a b", argument, "--foo"});
    REQUIRE_FALSE(stop);
    CHECK(stop.error().exit_status == 0);
    CHECK_FALSE(stop.error().is_error);
    for (const auto* name :
         {"HEARTBEAT_SERVICE", "HEARTBEAT_REDIS_URL", "HEARTBEAT_PREFIX", "HEALTHPROBE_TIMEOUT",
          "HEALTHPROBE_MAX_AGE", "HEARTBEAT_TTL", "HEALTHPROBE_EXPECT", "HEALTHPROBE_OWN",
          "HEALTHPROBE_DEGRADED_OK", "HEALTHPROBE_STARTING_OK", "HEALTHPROBE_ON_REDIS_ERROR",
          "HEALTHPROBE_OUTPUT", "HEALTHPROBE_QUIET", "HEARTBEAT_FILE"})
      CHECK_MESSAGE(stop.error().text.find(name) != std::string::npos, name);
  }
  const auto version = parsed({"--version"});
  REQUIRE_FALSE(version);
  CHECK(version.error().text == "healthprobe " HEALTHPROBE_VERSION "\n");
  CHECK(version.error().exit_status == 0);
}

TEST_CASE("a password among the arguments is warned of, and not shown") {
  const auto options = parsed({"a", "-u", "redis://:hunter2@h"});
  REQUIRE(options);
  CHECK(options->warning.find("arguments are public") != std::string::npos);
  CHECK(options->warning.find("hunter2") == std::string::npos);
  CHECK(parsed({"a", "-u", "redis://h"})->warning.empty());
}

TEST_CASE("Nagios reads that it was called wrongly on stdout, with exit status 3") {
  const Variables in_variable{{"HEALTHPROBE_OUTPUT", "nagios"}};
  const struct {
    std::vector<const char*> arguments;
    Variables variables;
    bool is_for_nagios;
  } cases[] = {{{"a", "-o", "nagios", "--bad"}, {}, true},
               {{"a", "-onagios", "--bad"}, {}, true},
               {{"a", "--bad", "--output", "nagios"}, {}, true},
               {{"a", "--output=nagios", "--timeout=x"}, {}, true},
               {{"-o", "nagios"}, {}, true},
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
  const auto help = parsed({"-o", "nagios", "--help"});
  REQUIRE_FALSE(help);
  CHECK(help.error().exit_status == 0);
}

TEST_CASE("a board of whom it is asked for, else of everybody") {
  CHECK_FALSE(parsed({"a"})->watch);
  const auto everybody = parsed({"--watch"});
  REQUIRE(everybody);
  CHECK(everybody->watch);
  CHECK(everybody->selection.all);
  const auto named = parsed({"--watch", "a", "b"});
  REQUIRE(named);
  CHECK_FALSE(named->selection.all);
  CHECK(named->selection.services.size() == 2);
  const auto own = parsed({}, {{"HEALTHPROBE_WATCH", "1"}, {"HEARTBEAT_SERVICE", "a"}});
  REQUIRE(own);
  CHECK(own->watch);
  CHECK_FALSE(own->selection.all);
  CHECK(own->selection.services == std::vector<std::string>{"a"});
  const auto replica = parsed({"--watch", "--instance", "2", "a"});
  REQUIRE(replica);
  CHECK(replica->selection.services == std::vector<std::string>{"a:2"});
  CHECK(complaint({"--watch", "--instance", "2"}).find("no service given") != std::string::npos);
}

TEST_CASE("what a board has no place for") {
  CHECK(complaint({"--watch", "-ojson"}) ==
        "healthprobe: --output does not go with --watch: a board is text, on standard output, from "
        "Redis");
  CHECK(parsed({"--watch", "-otext"}));
  for (const char* option : {"--quiet", "--explain"})
    CHECK(complaint({"--watch", option}).find(std::string{option} + " does not") !=
          std::string::npos);
  CHECK(complaint({"--watch", "--write", "f"}).find("--write does not") != std::string::npos);
  CHECK(complaint({"--watch", "--forget", "a"}) ==
        "healthprobe: --forget judges nothing: --watch is one too many");
  CHECK_FALSE(parsed({"--forget", "a"}, {{"HEALTHPROBE_WATCH", "1"}})->watch);
  CHECK(parsed({"--watch", "--scan"}));
  CHECK(complaint({"--watch", "--file", "f"}).find("--file does not") != std::string::npos);
  CHECK(complaint({"--watch"}, {{"HEALTHPROBE_QUIET", "1"}}).find("HEALTHPROBE_QUIET does not") !=
        std::string::npos);
  CHECK(parsed({"--watch"}, {{"HEARTBEAT_FILE", "f"}}));  // of the service's own container
}

TEST_CASE("the own host is part of the acceptance") {
  CHECK_FALSE(parsed({"a"})->acceptance.own_host);
  const auto own = parsed({"--own", "a"});
  REQUIRE(own);
  REQUIRE(own->acceptance.own_host);
  CHECK_FALSE(own->acceptance.own_host->empty());
}
