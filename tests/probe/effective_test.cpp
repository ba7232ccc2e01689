#include "edge/effective.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

namespace redis = heartbeat::redis;
using probe::EffectiveSetting;

namespace {

redis::Environment environment(std::map<std::string, std::string> variables) {
  return {.variable = [variables =
                           std::move(variables)](const char* name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            return found == variables.end() ? std::nullopt : std::optional{found->second};
          },
          .file = {}};
}

/// `value, origin` of the setting.
std::string of(const std::vector<EffectiveSetting>& settings, const std::string& name) {
  const auto found = std::ranges::find(settings, name, &EffectiveSetting::name);
  return found == settings.end() ? "not there" : found->value + ", " + found->origin;
}

}  // namespace

TEST_CASE("an option comes from the command line, else from its variable, else it is the default") {
  const probe::CommandLine line{.services = {}, .values = {{"--timeout", {"1s"}}}};
  const auto settings = probe::effective_options(
      line, environment({{"HEALTHPROBE_TIMEOUT", "3s"}, {"HEALTHPROBE_MAX_AGE", "30s"}}));
  CHECK(of(settings, "timeout") == "1s, --timeout");
  CHECK(of(settings, "max-age") == "30s, HEALTHPROBE_MAX_AGE");
  CHECK(of(settings, "prefix") == "health:, default");
  CHECK(of(settings, "redis") == "not there");
}

TEST_CASE("every expectation is a setting of its own") {
  const probe::CommandLine line{.services = {}, .values = {{"--expect", {"a < 1", "b < 2"}}}};
  const auto settings = probe::effective_options(line, environment({}));
  CHECK(std::ranges::count(settings, "expect", &EffectiveSetting::name) == 2);
}

TEST_CASE("an endpoint is shown with its sources, and without its secrets") {
  const redis::Endpoint endpoint{.hosts = {{"s1", 26379}},
                                 .login = {"user", "hunter2"},
                                 .tls = {{.ca_file = "/ca", .key_password = "hunter3"}},
                                 .sentinels = {{"my", {"", "hunter4"}}}};
  const auto settings = probe::effective_endpoint(
      endpoint, {.url = "REDIS_URL", .password = "REDIS_PASSWORD_FILE", .authorities = "the URL"});
  CHECK(of(settings, "redis") == "my at s1:26379, REDIS_URL");
  CHECK(of(settings, "password") == "***, REDIS_PASSWORD_FILE");
  CHECK(of(settings, "sentinel password") == "***, default");
  CHECK(of(settings, "sentinel user") == "the default user, default");
  CHECK(of(settings, "tls") == "on, certificate and host name verified, REDIS_URL");
  CHECK(of(settings, "CA certificates") == "/ca, the URL");
  for (const auto& setting : settings) CHECK(setting.value.find("hunter") == std::string::npos);
}
