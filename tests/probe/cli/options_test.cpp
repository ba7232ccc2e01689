#include "cli/options.hpp"

#include <functional>
#include <set>

#include "host/host.hpp"
#include "parsed.hpp"

using namespace std::chrono_literals;
using probe::Options;
using Names = std::vector<std::string>;

namespace {

/// An option with a value other than its default, and a check that Options contains the value.
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
      {"--forget-after", "2h", "HEALTHPROBE_FORGET_AFTER",
       [](const auto& o) { return o.selection.forget_after == 2h; }},
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
       [](const auto& o) { return o.acceptance.own && !o.acceptance.own->name.empty(); }},
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
      {"--checks", "", nullptr, [](const auto& o) { return o.checks; }},
      {"--watch", "", "HEALTHPROBE_WATCH", [](const auto& o) { return o.watch; }},
      {"--quiet", "", "HEALTHPROBE_QUIET", [](const auto& o) { return o.quiet; }},
      {"-q", "", "HEALTHPROBE_QUIET", [](const auto& o) { return o.quiet; }},
      {"--explain", "", "HEALTHPROBE_EXPLAIN", [](const auto& o) { return o.explain.has_value(); }},
      {"--forget", "b:1", nullptr, [](const auto& o) { return o.forget == Names{"b:1"}; }},
      {"--silence", "2d", nullptr, [](const auto& o) { return o.silence == 48h; }},
      {"--unsilence", "", nullptr, [](const auto& o) { return o.unsilence; }},
      {"--silences", "", nullptr, [](const auto& o) { return o.silences; }},
  };
  return all;
}

// As in a container: the variable names the service. Options that exclude services override it.
const Variables container{{"HEARTBEAT_SERVICE", "own"}};

}  // namespace

TEST_CASE("each option and each variable sets one field, which is not set by default") {
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

TEST_CASE("a flag can be switched off, on the command line and in its variable") {
  for (const auto& row : rows()) {
    if (!row.value.empty() || !row.option.starts_with("--")) continue;
    CAPTURE(row.option);
    CHECK_FALSE(row.is_set(*parsed({(row.option + "=false").c_str()}, container)));
    if (row.variable == nullptr) continue;
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

TEST_CASE("each service once, every word after -- is a service, without any the variable counts") {
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
  for (const auto* option : {"--all", "--scan", "--forget=x", "--silences"})
    CHECK(services({option}, container).empty());
}

TEST_CASE("one replica, named by the option or by the environment of its container") {
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

TEST_CASE("silences are of services and of replicas, named as they are shown") {
  const auto named = [](const Arguments& arguments, const Variables& variables = {}) {
    const auto options = parsed(arguments, variables);
    REQUIRE(options);
    return options->selection.services;
  };
  CHECK(named({"--silence", "30m", "worker:2", "a"}) == Names{"worker:2", "a"});
  CHECK(named({"worker:2", "--silence=90"}) == Names{"worker:2"});
  CHECK(named({"--unsilence", "worker:2"}) == Names{"worker:2"});
  CHECK(named({"--silence", "30m", "a", "--instance", "2"}) == Names{"a:2"});
  CHECK(named({"--silence", "30m"}, container) == Names{"own"});
  CHECK(parsed({"--silence", "30m", "a", "--reason", "a b"})->reason == "a b");
  CHECK(parsed({"--silences", "-o", "json"})->format == probe::Format::json);
  for (const auto& wrong : std::vector<std::pair<Arguments, std::string>>{
           {{"--silence", "30m"}, "no service given (name one, or set HEARTBEAT_SERVICE)"},
           {{"--unsilence"}, "no service given (name one, or set HEARTBEAT_SERVICE)"},
           {{"--silence", "0", "a"},
            "--silence '0' is not a span (accepted: 30m, 24h, 7d; at most 31d)"},
           {{"--silence", "32d", "a"},
            "--silence '32d' is not a span (accepted: 30m, 24h, 7d; at most 31d)"},
           {{"--silence", "1h", "a:b:c"},
            "service 'a:b:c' is not a valid name (accepted: 1 to 128 of A-Z a-z 0-9 . _ -)"},
           {{"worker:2"},
            "service 'worker:2' is not a valid name (accepted: 1 to 128 of A-Z a-z 0-9 . _ -)"},
           {{"a", "--reason", "x"}, "--reason needs --silence"},
           {{"--silence", "1h", "a", "--reason", "a\nb"},
            "--reason 'a\\nb' is not a reason (accepted: at most 200 bytes of text, without "
            "control characters)"},
           {{"--silences", "-o", "prometheus"},
            "--silences has only the output formats text and json"},
       }) {
    CAPTURE(wrong.second);
    CHECK(complaint(parsed(wrong.first)).ends_with(": " + wrong.second));
  }
  CHECK(complaint(parsed({}, {{"HEARTBEAT_SERVICE", "a:b"}})).find("HEARTBEAT_SERVICE 'a:b'") !=
        std::string::npos);
  CHECK_FALSE(parsed_board({"worker:2"}));
}

TEST_CASE("--watch shows the named services, or all services") {
  CHECK(parsed({"--watch"})->selection.all);
  CHECK(parsed({"--watch", "a"})->selection.services == Names{"a"});
  CHECK_FALSE(parsed({"--watch", "a"})->selection.all);
  CHECK_FALSE(parsed({"--watch"}, container)->selection.all);
  CHECK(parsed({"--watch", "--scan"})->selection.scan);
  CHECK(complaint(parsed({"--watch", "--instance", "2"})).find("no service given") !=
        std::string::npos);
}

TEST_CASE("only the file is read if --file names it and nothing names a Redis") {
  CHECK(parsed({"--file", "/f"})->file_alone);
  CHECK(parsed({"--file", "/f"})->selection.services.empty());
  CHECK(parsed({"--file=/f"}, {{"HEARTBEAT_FILE", "/g"}, {"REDIS_PASSWORD", "x"}})->file_alone);
  CHECK_FALSE(parsed({"a"}, {{"HEARTBEAT_FILE", "/f"}})->file_alone);
  CHECK_FALSE(parsed({"a", "--file", "/f", "-u", "redis://r"})->file_alone);
  for (const auto* name :
       {"HEARTBEAT_REDIS_URL", "HEARTBEAT_REDIS_URL_FILE", "REDIS_URL", "REDIS_URL_FILE"})
    CHECK_FALSE(parsed({"a", "--file", "/f"}, {{name, "x"}})->file_alone);
  // Where the service writes to no Redis, its file is all there is.
  CHECK(parsed({"a", "--file", "/f"}, {{"HEARTBEAT_REDIS_URL", "none"}})->file_alone);
  CHECK(parsed({"a"}, {{"HEARTBEAT_REDIS_URL", "none"}, {"HEARTBEAT_FILE", "/f"}})->file_alone);
  CHECK(parsed({"a", "-u", "none", "--file", "/f"}, {{"REDIS_URL", "redis://r"}})->file_alone);
  CHECK_FALSE(parsed({"a"}, {{"HEARTBEAT_REDIS_URL", "none"}})->file_alone);
  CHECK_FALSE(
      parsed({"a", "-u", "redis://r"}, {{"HEARTBEAT_REDIS_URL", "none"}, {"HEARTBEAT_FILE", "/f"}})
          ->file_alone);
  const auto none = parsed({"a", "--file="}, {{"HEARTBEAT_FILE", "/f"}});
  CHECK(none->file.empty());
  CHECK_FALSE(none->file_alone);
  CHECK_FALSE(parsed({"--file", "/f", "-u", "redis://r"}));
  CHECK_FALSE(parsed({}, {{"HEARTBEAT_FILE", "/f"}}));
}

TEST_CASE("lists: all values of the command line, otherwise the parts of the variable") {
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

TEST_CASE("expected names are of all services, and no variable of a service hides them") {
  const auto options = parsed({"--expected", "a,b:1", "--expected=@/f"}, container);
  REQUIRE(options);
  CHECK(options->selection.all);
  CHECK(options->selection.services.empty());
  CHECK(options->selection.expected == Names{"a,b:1", "@/f"});
  const Variables variable{{"HEALTHPROBE_EXPECTED", "a,b"}};
  CHECK(parsed({"--all"}, variable)->selection.expected == Names{"a,b"});
  CHECK(parsed({}, variable)->selection.all);
  CHECK(parsed({"a"}, variable)->selection.expected.empty());
  CHECK(parsed_board({}, variable)->selection.expected == Names{"a,b"});
  CHECK(parsed_board({"a"}, variable)->selection.expected.empty());
}

TEST_CASE("%h in the name of an instance is the name of this host") {
  const auto host = heartbeat::host_name();
  CHECK(parsed({"worker", "--instance", "%h-2"})->selection.services ==
        Names{"worker:" + host + "-2"});
  CHECK(parsed({}, {{"HEARTBEAT_SERVICE", "worker"}, {"HEARTBEAT_INSTANCE", "%h"}})
            ->selection.services == Names{"worker:" + host});
}

TEST_CASE("an option overrides its variable, and the last of several options counts") {
  const auto options = parsed(
      {"b", "--max-age", "7", "--own=false"},
      {{"HEARTBEAT_SERVICE", "a b"}, {"HEALTHPROBE_MAX_AGE", "x"}, {"HEALTHPROBE_OWN", "1"}});
  REQUIRE(options);
  CHECK(options->acceptance.max_age == 7s);
  CHECK_FALSE(options->acceptance.own);
  CHECK(parsed({"a", "-t", "1", "-t", "3"})->timeout == 3s);
}

TEST_CASE("two options that exclude each other are an error, a variable is ignored instead") {
  const std::map<std::string, std::vector<std::string>> excluded{
      {"--all", {"--instance=1", "a"}},
      {"--expected=b", {"--instance=1", "a"}},
      {"--scan", {"--instance=1", "a"}},
      {"--checks", {"--watch", "--quiet"}},
      {"--watch", {"--write=w", "--quiet", "--explain", "--file=f"}},
      {"--forget=b",
       {"--all", "--scan", "--checks", "--watch", "--output=json", "--write=w", "--quiet",
        "--explain", "--file=f", "--instance=1", "--min-healthy=1", "--expected=b",
        "--forget-after=1", "a"}},
      {"--silence=1h",
       {"--all", "--scan", "--checks", "--watch", "--output=json", "--write=w", "--quiet",
        "--explain", "--file=f", "--min-healthy=1", "--expected=b", "--forget-after=1",
        "--forget=b", "--history=1h", "--unsilence", "--silences"}},
      {"--unsilence", {"--all", "--output=json", "--forget=b", "--history=1h", "--silences"}},
      {"--silences",
       {"--all", "--forget=b", "--history=1h", "--instance=1", "--reason=x", "--quiet", "a"}}};
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
    auto variables = container;
    variables[row.variable] = row.value.empty() ? "1" : row.value;
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

TEST_CASE("--checks and --watch know text and JSON, and ignore a variable of another format") {
  const Variables variable{{"HEALTHPROBE_OUTPUT", "prometheus"}};
  for (const auto* option : {"--checks", "--watch"}) {
    CAPTURE(option);
    CHECK(parsed({"a", option, "-o", "json"})->format == probe::Format::json);
    CHECK(complaint(parsed({"a", option, "-o", "prometheus"})) ==
          std::string{"healthprobe: "} + option + " cannot be combined with --output prometheus");
    CHECK(parsed({"a", option}, variable)->format == probe::Format::text);
  }
  const Variables json{{"HEALTHPROBE_OUTPUT", "json"}};
  CHECK(parsed({"a", "--checks"}, json)->format == probe::Format::json);
  CHECK(parsed({"a", "--watch"}, json)->format == probe::Format::text);
}

TEST_CASE("--help and --version go to stdout and succeed, even with other mistakes") {
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
    CHECK(version.error().text.starts_with("healthprobe " HEALTHPROBE_VERSION "\ncommit "));
    CHECK(version.error().exit_status == 0);
  }
}
