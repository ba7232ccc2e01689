#include "cli/options.hpp"

#include <algorithm>
#include <string>

#include "parsed.hpp"

namespace redis = heartbeat::redis;
using probe::EffectiveSetting;

namespace {

/// `value, origin` of the setting.
std::string of(const std::vector<EffectiveSetting>& settings, const std::string& name) {
  const auto found = std::ranges::find(settings, name, &EffectiveSetting::name);
  return found == settings.end() ? "not there" : found->value + ", " + found->origin;
}

}  // namespace

TEST_CASE("the value of an option is from the command line, its variable or the default") {
  const auto options =
      parsed({"a", "--explain", "--timeout", "1s", "--own=no", "--expect=a < 1", "--expect=b < 2"},
             {{"HEALTHPROBE_TIMEOUT", "3s"}, {"HEALTHPROBE_MAX_AGE", "30s"}});
  REQUIRE(options);
  REQUIRE(options->explain);
  const auto& settings = *options->explain;
  CHECK(of(settings, "timeout") == "1s, --timeout");
  CHECK(of(settings, "max-age") == "30s, HEALTHPROBE_MAX_AGE");
  CHECK(of(settings, "prefix") == "health:, default");
  CHECK(of(settings, "own") == "no, --own");
  CHECK(of(settings, "explain") == "true, --explain");
  for (const auto* other : {"redis", "help", "version", "SERVICE"})
    CHECK(of(settings, other) == "not there");
  CHECK(std::ranges::count(settings, "expect", &EffectiveSetting::name) == 2);
  // One row for each option except --redis, --help, --version and those that check nothing.
  CHECK(settings.size() == 23);
}

TEST_CASE("an endpoint is shown with the origins of its parts, and without secrets") {
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
  CHECK(of(probe::effective_endpoint({.login = {"hunter2", ""}}, {}), "user") == "***, default");
  for (const auto& setting : settings) CHECK(setting.value.find("hunter") == std::string::npos);
}
