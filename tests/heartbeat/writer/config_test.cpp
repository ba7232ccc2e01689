#include "writer/config.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>

#include "host/host.hpp"

using namespace heartbeat;
using namespace std::chrono_literals;

namespace {

redis::Environment with_variables(std::map<std::string, std::string> variables = {}) {
  return {.variable = [variables](const char* name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional{found->second};
          },
          .file = [](const std::string&) -> tl::expected<std::string, std::string> {
            return tl::unexpected{std::string{"no files here"}};
          }};
}

std::string refusal(const Config& config, std::map<std::string, std::string> variables = {}) try {
  resolve(config, with_variables(std::move(variables)));
  return "none";
} catch (const ConfigError& e) {
  return e.what();
}

}  // namespace

TEST_CASE("a service's name is all that is needed") {
  const auto settings = resolve({.service = "ingestion"}, with_variables());
  CHECK(settings.key == "health:ingestion");
  CHECK(settings.roster == "health::services");
  CHECK(settings.member == "ingestion");
  CHECK(settings.interval == 10s);
  CHECK(settings.ttl == 60s);
  CHECK(settings.find_redis() == redis::Endpoint{});
}

TEST_CASE("without a Redis nothing is asked where it is") {
  const auto none = resolve({.service = "s"}, with_variables({{"HEARTBEAT_REDIS_URL", "none"}}));
  CHECK_FALSE(none.find_redis);
  CHECK(none.no_redis == "HEARTBEAT_REDIS_URL is none");
  CHECK(resolve({.service = "s", .redis_url = "none"}, with_variables()).no_redis ==
        "redis_url is none");
  CHECK(resolve({.service = "s"}, with_variables()).no_redis == "");
}

TEST_CASE("a replica has its own key and its own roster member") {
  const auto settings = resolve({.service = "worker", .prefix = "live:"},
                                with_variables({{"HEARTBEAT_INSTANCE", "2"}}));
  CHECK(settings.service == "worker");
  CHECK(settings.instance == "2");
  CHECK(settings.key == "live:worker:2");
  CHECK(settings.roster == "live::services");
  CHECK(settings.member == "worker:2");
  CHECK(
      resolve({.service = "worker", .instance = "3"}, with_variables({{"HEARTBEAT_INSTANCE", "2"}}))
          .member == "worker:3");
  CHECK_FALSE(settings.is_by_host);
  const auto by_host = resolve({.service = "w", .instance = "%h.1-%h"}, with_variables());
  CHECK(by_host.member == "w:" + host_name() + ".1-" + host_name());
  CHECK(by_host.is_by_host);
  CHECK(refusal({.service = "worker"}, {{"HEARTBEAT_INSTANCE", "a:b"}}) ==
        "instance name 'a:b' is not 1 to 128 letters, digits, '.', '_' or '-'");
  CHECK(refusal({.service = "worker"}, {{"HEARTBEAT_INSTANCE", ""}}) == "none");
}

TEST_CASE("the environment fills the fields that the code leaves empty, and no other field") {
  const std::map<std::string, std::string> variables{{"HEARTBEAT_SERVICE", "worker-1"},
                                                     {"HEARTBEAT_PREFIX", "live:"},
                                                     {"HEARTBEAT_INTERVAL", "2s"},
                                                     {"HEARTBEAT_TTL", "30"},
                                                     {"HEARTBEAT_REDIS_URL", "redis://r:7000/2"}};
  const auto from_environment = resolve({}, with_variables(variables));
  CHECK(from_environment.key == "live:worker-1");
  CHECK(from_environment.interval == 2s);
  CHECK(from_environment.ttl == 30s);
  CHECK(from_environment.find_redis()->hosts.front().name == "r");
  CHECK(from_environment.find_redis()->database == 2);

  const auto from_code =
      resolve({.service = "s", .redis_url = "redis://q", .prefix = "p:", .interval = 3s, .ttl = 9s},
              with_variables(variables));
  CHECK(from_code.key == "p:s");
  CHECK(from_code.interval == 3s);
  CHECK(from_code.ttl == 9s);
  CHECK(from_code.find_redis()->hosts.front().name == "q");
}

TEST_CASE("a file is named by the code, else by the environment, and its path is made absolute") {
  const auto file = [](const std::string& given, const std::string& variable) {
    return resolve({.service = "s", .file = given}, with_variables({{"HEARTBEAT_FILE", variable}}))
        .file;
  };
  CHECK(resolve({.service = "s"}, with_variables()).file.empty());
  CHECK(file("", "/run/health/s.json") == "/run/health/s.json");
  CHECK(file("/tmp/s.json", "/run/health/s.json") == "/tmp/s.json");
  CHECK(file("s.json", "") == std::filesystem::current_path().string() + "/s.json");
  // A file system that is missing now may be mounted later.
  CHECK(refusal({.service = "s", .file = "/nonexistent/s.json"}) == "none");
  CHECK(refusal({.service = "s", .file = "/tmp"}) == "none");
  CHECK(refusal({.service = "s", .file = std::string{"a\0b", 3}}) ==
        "file 'a\\x00b' has a NUL in its name");
}

TEST_CASE("a TTL of two intervals is accepted, anything shorter is not") {
  CHECK(refusal({.service = "s", .interval = 5s, .ttl = 10s}) == "none");
  CHECK(refusal({.service = "s", .interval = 5001ms, .ttl = 10s}) ==
        "Config::ttl of 10s is not accepted: the TTL is at least two intervals, 10s");
  CHECK(refusal({.service = "s"}, {{"HEARTBEAT_INTERVAL", "31s"}}) ==
        "Config::ttl of 60s is not accepted: the TTL is at least two intervals, 62s");
}

TEST_CASE("every mistake is one line that names the value and what is accepted") {
  CHECK(refusal({}) == "no service: name it in Config::service or in HEARTBEAT_SERVICE");
  CHECK(refusal({.service = "a b"}) ==
        "service name 'a b' is not 1 to 128 letters, digits, '.', '_' or '-'");
  CHECK(refusal({.service = "a\nb*"}) ==
        "service name 'a\\nb*' is not 1 to 128 letters, digits, '.', '_' or '-'");
  CHECK(refusal({.service = std::string(129, 'x')}).starts_with("service name 'xxx"));
  CHECK(
      refusal({.service = "s"}, {{"HEARTBEAT_INTERVAL", "fast"}}) ==
      "HEARTBEAT_INTERVAL 'fast' is not a duration (accepted: 500ms, 3s, 2m, 1h; a bare number is "
      "seconds)");
  CHECK(refusal({.service = "s", .interval = 99ms}) ==
        "Config::interval of 99ms is not accepted: an interval is 100ms to 1h");
  CHECK(refusal({.service = "s", .interval = 1h + 1ms, .ttl = 3h}).find("100ms to 1h") !=
        std::string::npos);
  CHECK(refusal({.service = "s"}, {{"HEARTBEAT_TTL", "60.5s"}}) ==
        "HEARTBEAT_TTL of 60.5s is not accepted: a TTL is whole seconds, 24h at most");
  CHECK(refusal({.service = "s", .prefix = "a\x01"}) ==
        "prefix 'a\\x01' has more than 256 bytes or a control character");
  CHECK(refusal({.service = "s", .redis_url = "http://x"}).starts_with("Config::redis_url: "));
  CHECK(refusal({.service = "s"}, {{"REDIS_URL", "http://x"}}).starts_with("REDIS_URL: "));
}
