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
      {{}, "no action given (accepted: beat, stop)"},
      {{"best", "a"}, "action 'best' is unknown (accepted: beat, stop; did you mean beat)"},
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

TEST_CASE("help and version win over what is wrong") {
  for (const char* option : {"--help", "--version"}) {
    const auto options = parsed_beat({"nothing", option});
    REQUIRE_FALSE(options);
    CHECK(options.error().exit_status == 0);
    CHECK_FALSE(options.error().is_error);
    CHECK(options.error().text.find("healthbeat") != std::string::npos);
  }
}
