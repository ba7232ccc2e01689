#include "command/options.hpp"

#include "parsed.hpp"

using namespace std::chrono_literals;
using heartbeat::Status;
using heartbeat::command::Action;

namespace {

auto parsed_beat(Arguments arguments, const Variables& variables = {}) {
  arguments.insert(arguments.begin(), "healthbeat");
  return heartbeat::command::parse_beat_options(arguments, environment_of(variables));
}

}  // namespace

TEST_CASE("beat by default: healthy, for 60 s") {
  const auto options = parsed_beat({"beat", "import"});
  REQUIRE(options);
  CHECK(options->action == Action::beat);
  CHECK(options->service == "import");
  CHECK(options->status == Status::healthy);
  CHECK(options->reason.empty());
  CHECK(options->ttl == 60s);
  CHECK(options->timeout == 2s);
  CHECK(options->prefix == "health:");
  CHECK(options->redis_url.empty());
}

TEST_CASE("beat: options before and after the name, and their variables") {
  const auto by_options = parsed_beat({"beat", "--status", "degraded", "import", "--reason=3 rows",
                                       "--ttl", "10m", "--prefix=p:", "-t1"});
  const auto by_variables = parsed_beat({"beat", "--status=degraded", "--reason", "3 rows"},
                                        {{"HEARTBEAT_SERVICE", "import"},
                                         {"HEARTBEAT_TTL", "600"},
                                         {"HEARTBEAT_PREFIX", "p:"},
                                         {"HEALTHBEAT_TIMEOUT", "1"}});
  for (const auto& options : {by_options, by_variables}) {
    REQUIRE(options);
    CHECK(options->service == "import");
    CHECK(options->status == Status::degraded);
    CHECK(options->reason == "3 rows");
    CHECK(options->ttl == 600s);
    CHECK(options->prefix == "p:");
    CHECK(options->timeout == 1s);
  }
}

TEST_CASE("an argument that is an option's value is not an action") {
  CHECK(parsed_beat({"--ttl", "5", "stop", "stop"})->service == "stop");
  CHECK(parsed_beat({"--ttl", "5", "beat", "stop"})->action == Action::beat);
}

TEST_CASE("a password in --redis is warned of") {
  CHECK(parsed_beat({"stop", "a", "-u", "redis://:secret@r"})
            ->warning.starts_with("healthbeat: warning: arguments are public"));
  CHECK(parsed_beat({"stop", "a", "-u", "redis://r"})->warning.empty());
}

TEST_CASE("what cannot be used is named") {
  const struct {
    Arguments arguments;
    std::string complaint;
  } table[] = {
      {{}, "no action given (accepted: beat, stop, run, watch, send)"},
      {{"best", "a"},
       "action 'best' is unknown (accepted: beat, stop, run, watch, send; did you mean beat)"},
      {{"beat"}, "no service given (name one, or set HEARTBEAT_SERVICE)"},
      {{"beat", "a/b"},
       "service 'a/b' is not a valid name (accepted: 1 to 128 of A-Z a-z 0-9 . _ -)"},
      {{"beat", "a", "b"}, "only one name is accepted ('b' follows 'a')"},
      {{"beat", "[a,b]"},
       "service '[a,b]' is not a valid name (accepted: 1 to 128 of A-Z a-z 0-9 . _ -)"},
      {{"beat", "a", "--statsu=healthy"},
       "unknown option '--statsu' (did you mean --status? see healthbeat --help)"},
      {{"beat", "a", "--status", "up"},
       "--status 'up' is unknown (accepted: healthy, degraded, unhealthy, starting)"},
      {{"beat", "a", "--ttl", "1500ms"}, "--ttl '1500ms' has a fraction (accepted: whole seconds)"},
      {{"beat", "a", "--ttl", "0"},
       "--ttl '0' is out of range (accepted: more than 0, at most 366d)"},
      {{"stop", "a", "--status", "healthy"}, "--status cannot be combined with stop"},
      {{"stop", "a", "--reason", "x"}, "--reason cannot be combined with stop"},
  };
  for (const auto& [arguments, expected] : table) {
    const auto options = parsed_beat(arguments);
    CAPTURE(expected);
    CHECK(complaint(options) == "healthbeat: " + expected);
  }
}

TEST_CASE("run by default: due every 24 h, and the result is tried for 60 s") {
  const auto options = parsed_beat({"run", "import", "--", "sh", "-c", "--", "a,b"});
  REQUIRE(options);
  CHECK(options->action == Action::run);
  CHECK(options->service == "import");
  CHECK_FALSE(options->every);
  CHECK(options->due.empty());
  CHECK(options->calendar.empty());
  CHECK_FALSE(options->grace);
  CHECK_FALSE(options->limit);
  CHECK(options->linger == 60s);
  CHECK(std::vector<std::string>(options->command.begin(), options->command.end()) ==
        std::vector<std::string>{"sh", "-c", "--", "a,b"});
}

TEST_CASE("run: what follows -- is the command's, even if it looks like an option of ours") {
  const auto options = parsed_beat({"run", "--every=1h", "--grace", "30s", "--limit", "20m",
                                    "--linger", "5s", "--", "beat", "--every", "2h", "--help"},
                                   {{"HEARTBEAT_SERVICE", "import"}});
  REQUIRE(options);
  CHECK(options->service == "import");
  CHECK(options->every == 1h);
  CHECK(options->grace == 30s);
  CHECK(options->limit == 20min);
  CHECK(options->linger == 5s);
  CHECK(options->command.size() == 4);
  const auto due = parsed_beat({"run", "import", "--due", "Mon-Fri 16:00 Asia/Kolkata",
                                "--calendar", "nse.txt", "--", "true"});
  REQUIRE(due);
  CHECK(due->due == "Mon-Fri 16:00 Asia/Kolkata");
  CHECK(due->calendar == "nse.txt");
}

TEST_CASE("a run that is asked for wrongly is named, and its exit status is 125") {
  const struct {
    Arguments arguments;
    std::string complaint;
  } table[] = {
      {{"run", "a"}, "run needs a command after --"},
      {{"run", "a", "--"}, "run needs a command after --"},
      {{"run", "a", "b", "--", "true"},
       "only one name is accepted ('b' follows 'a'; the command comes after --)"},
      {{"run", "a", "--calendar", "f", "--", "true"}, "--calendar needs --due"},
      {{"run", "a", "--every", "1h", "--due", "Mon 16:00 UTC", "--", "true"},
       "--every cannot be combined with --due"},
      {{"run", "a", "--every", "0", "--", "true"},
       "--every '0' is out of range (accepted: more than 0, at most 366d)"},
      {{"run", "a", "--ttl", "5", "--", "true"}, "--ttl cannot be combined with run"},
      {{"run", "a", "--timeout", "5", "--", "true"}, "--timeout cannot be combined with run"},
      {{"run", "a", "--evry", "1h", "--", "true"},
       "unknown option '--evry' (did you mean --every? see healthbeat --help)"},
      {{"run", "--", "true"}, "no service given (name one, or set HEARTBEAT_SERVICE)"},
  };
  for (const auto& [arguments, expected] : table) {
    const auto options = parsed_beat(arguments);
    CAPTURE(expected);
    CHECK(complaint(options, 125) == "healthbeat: " + expected);
  }
  CHECK(complaint(parsed_beat({"beat", "a", "--", "true"})) ==
        "healthbeat: only run has a command after --");
  CHECK(complaint(parsed_beat({"beat", "a", "--every", "1h"})) ==
        "healthbeat: --every cannot be combined with beat");
}

TEST_CASE("run and watch: tests, every 10 s for at most 5 s") {
  const auto run =
      parsed_beat({"run", "api", "--test", "a=x,y", "--test", "b warning=z", "--", "api"});
  REQUIRE(run);
  REQUIRE(run->tests.size() == 2);
  CHECK(run->tests[0].line == "x,y");
  CHECK(run->tests[1].severity == heartbeat::Severity::warning);
  CHECK(run->polling.every == 10s);
  CHECK(run->polling.limit == 5s);
  const auto watch =
      parsed_beat({"watch", "queue", "--test", "a=x", "--test-every=1m", "--test-limit", "20s"});
  REQUIRE(watch);
  CHECK(watch->action == Action::watch);
  CHECK(watch->polling.every == 1min);
  CHECK(watch->polling.limit == 20s);
}

TEST_CASE("run: lines, with commas and equal signs in their texts") {
  const auto run = parsed_beat({"run", "api", "--rule", "a within 1s critical", "--line", "a=x,y=z",
                                "--line=a=/[x,y]/", "--", "api"});
  REQUIRE(run);
  REQUIRE(run->lines.size() == 2);
  CHECK(run->lines[0].wanted == "x,y=z");
  CHECK(run->lines[1].wanted == "[x,y]");
  CHECK(complaint(parsed_beat({"run", "api", "--line", "a", "--", "api"}), 125) ==
        "healthbeat: --line 'a' is wrong at character 2: no = ends the name of the source "
        "(accepted: SOURCE=TEXT, SOURCE=/PATTERN/)");
  CHECK(complaint(parsed_beat({"beat", "api", "--line", "a=b"})) ==
        "healthbeat: --line cannot be combined with beat");
}

TEST_CASE("a watch that is asked for wrongly is named") {
  const struct {
    Arguments arguments;
    std::string complaint;
  } table[] = {
      {{"watch", "a"}, "watch needs --test"},
      {{"watch", "a", "--test", "b=c", "--", "true"}, "only run has a command after --"},
      {{"watch", "a", "--test", "b"},
       "--test 'b' has no command after a = (accepted: NAME=COMMAND)"},
      {{"watch", "a", "--test", "b=c", "--rule", "a < 1 warning"},
       "--rule cannot be combined with watch"},
      {{"watch", "a", "--test", "b=c", "--line", "a=b"}, "--line cannot be combined with watch"},
      {{"beat", "a", "--test", "b=c"}, "--test cannot be combined with beat"},
  };
  for (const auto& [arguments, expected] : table) {
    CAPTURE(expected);
    CHECK(complaint(parsed_beat(arguments)) == "healthbeat: " + expected);
  }
  CHECK(complaint(parsed_beat({"run", "a", "--test-every", "1m", "--", "true"}), 125) ==
        "healthbeat: --test-every needs --test");
}

TEST_CASE("help and version win over what is wrong") {
  for (const char* option : {"--help", "--version"}) {
    const auto options = parsed_beat({"nothing", option});
    REQUIRE_FALSE(options);
    CHECK(options.error().exit_status == 0);
    CHECK_FALSE(options.error().is_error);
    CHECK(options.error().text.find("healthbeat") != std::string::npos);
  }
}
