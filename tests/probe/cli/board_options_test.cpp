#include "parsed.hpp"

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

TEST_CASE("healthboard by default: every service on the roster, reachable from this host only") {
  const auto options = parsed_board({});
  REQUIRE(options);
  CHECK(options->selection.all);
  CHECK_FALSE(options->selection.scan);
  CHECK(options->address == "127.0.0.1");
  CHECK(options->port == 8686);
  CHECK(options->max_connections == 1024);
  CHECK(options->timeout == 2s);
  CHECK_FALSE(options->ping);
  CHECK(parsed_board({"--ping"})->ping);
}

TEST_CASE("healthboard has the common options, with the same variables") {
  const auto by_options =
      parsed_board({"-u", "redis://r", "--prefix=p:", "-t1", "--max-age=5", "--ttl=6", "--expect",
                    "a < 1", "--own", "--degraded-ok", "--starting-ok", "--on-redis-error=pass",
                    "--min-healthy=2", "--file=/f", "a"});
  const auto by_variables = parsed_board({}, {{"HEARTBEAT_SERVICE", "a"},
                                              {"HEARTBEAT_PREFIX", "p:"},
                                              {"HEALTHPROBE_TIMEOUT", "1"},
                                              {"HEALTHPROBE_MAX_AGE", "5"},
                                              {"HEARTBEAT_TTL", "6"},
                                              {"HEALTHPROBE_EXPECT", "a < 1"},
                                              {"HEALTHPROBE_OWN", "1"},
                                              {"HEALTHPROBE_DEGRADED_OK", "1"},
                                              {"HEALTHPROBE_STARTING_OK", "1"},
                                              {"HEALTHPROBE_ON_REDIS_ERROR", "pass"},
                                              {"HEALTHPROBE_MIN_HEALTHY", "2"},
                                              {"HEARTBEAT_FILE", "/f"}});
  CHECK(by_options->redis_url == "redis://r");
  for (const auto& options : {by_options, by_variables}) {
    REQUIRE(options);
    CHECK(options->selection.services == Names{"a"});
    CHECK_FALSE(options->selection.all);
    CHECK(options->acceptance.prefix == "p:");
    CHECK(options->timeout == 1s);
    CHECK(options->acceptance.max_age == 5s);
    CHECK(options->acceptance.ttl == 6s);
    CHECK(options->acceptance.expectations.size() == 1);
    CHECK(options->acceptance.own);
    CHECK(options->exit_policy.degraded);
    CHECK(options->exit_policy.starting);
    CHECK(options->exit_policy.redis_trouble);
    CHECK(options->selection.min_healthy == 2);
    CHECK(options->file == "/f");
    CHECK_FALSE(options->file_alone);
  }
}

TEST_CASE("healthboard: the names by which clients may ask") {
  CHECK(parsed_board({})->allowed_hosts.empty());
  CHECK(parsed_board({"--allowed-host", "a.example", "--allowed-host=*"})->allowed_hosts ==
        Names{"a.example", "*"});
  CHECK(parsed_board({}, {{"HEALTHBOARD_ALLOWED_HOST", "a.example;b.example"}})->allowed_hosts ==
        Names{"a.example", "b.example"});
  CHECK_FALSE(parsed_board({"--allowed-host", "a.example:80"}));
}

TEST_CASE("healthboard with a file and without Redis") {
  const auto options = parsed_board({"--file", "/run/health/ingestion.json", "--listen", ":8001"});
  REQUIRE(options);
  CHECK(options->file_alone);
  CHECK_FALSE(options->selection.all);
  CHECK(options->address == "0.0.0.0");
  CHECK(options->port == 8001);
}

TEST_CASE("the address and the maximum number of connections of healthboard") {
  const auto address = [](const char* text) {
    const auto options = parsed_board({}, {{"HEALTHBOARD_LISTEN", text}});
    return options ? options->address + " " + std::to_string(options->port) : complaint(options);
  };
  CHECK(address("127.0.0.1:8686") == "127.0.0.1 8686");
  CHECK(address("[::1]:0") == "::1 0");
  CHECK(address(":65535") == "0.0.0.0 65535");
  for (const auto* bad : {"nowhere", "a:", ":65536", ":x", "1:-1"})
    CHECK(address(bad) ==
          std::string{"healthboard: HEALTHBOARD_LISTEN '"} + bad +
              "' is not an address and port (accepted: 127.0.0.1:8686, [::1]:8686, :8686)");
  CHECK(parsed_board({"--max-connections=1"})->max_connections == 1);
  CHECK(parsed_board({"--max-connections=100000"})->max_connections == 100'000);
  for (const auto* bad : {"--max-connections=0", "--max-connections=100001", "--max-connections=x"})
    CHECK(complaint(parsed_board({bad})).find("is out of range (accepted: 1 to 100000)") !=
          std::string::npos);
}

TEST_CASE("healthboard names itself in messages, and rejects options of healthprobe only") {
  CHECK(parsed_board({"--version"})
            .error()
            .text.starts_with("healthboard " HEALTHPROBE_VERSION "\ncommit "));
  const auto help = parsed_board({"--help"}).error().text;
  CHECK(help.find("--listen") != std::string::npos);
  CHECK(help.find("healthprobe") == std::string::npos);
  CHECK(complaint(parsed_board({"--liste=:1"})) ==
        "healthboard: unknown option '--liste' (did you mean --listen? see healthboard --help)");
  for (const auto* option : {"--all", "--watch", "--forget", "--write", "--quiet", "--instance"})
    CHECK(complaint(parsed_board({option})).starts_with("healthboard: unknown option '"));
  CHECK(complaint(parsed_board({"--scan", "a"})) ==
        "healthboard: --scan cannot be combined with service 'a'");
  CHECK(parsed_board({}, {{"HEALTHPROBE_SCAN", "1"}})->selection.scan);
  // Variables for healthprobe only are ignored.
  CHECK(parsed_board({}, {{"HEALTHPROBE_OUTPUT", "bad"}, {"HEARTBEAT_INSTANCE", "1"}}));
  CHECK(parsed_board({"-u", "redis://:pw@h"})->warning.starts_with("healthboard: warning: "));
}
