#include "writer/config.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "document/duration.hpp"
#include "document/names.hpp"
#include "document/text.hpp"

namespace heartbeat {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds default_interval = 10s;
constexpr milliseconds shortest_interval = 100ms;
constexpr milliseconds longest_interval = 1h;
constexpr milliseconds default_ttl = 60s;
constexpr milliseconds longest_ttl = 24h;
constexpr std::size_t longest_prefix = 256;

std::string shown(std::string_view text) { return truncate(printable(text), 80); }

// A duration and where it came from, for the messages.
struct Setting {
  milliseconds value;
  std::string origin;
};

Setting duration_setting(milliseconds field, const char* field_name, const char* variable,
                         milliseconds fallback, const redis::Environment& environment) {
  if (field != 0ms) return {field, field_name};
  const auto text = environment.variable(variable);
  if (!text) return {fallback, field_name};
  const auto duration = parse_duration(*text);
  if (!duration)
    throw ConfigError(fmt::format("{} '{}' is not a duration (accepted: {})", variable,
                                  shown(*text), accepted_durations));
  return {*duration, variable};
}

void demand(bool holds, const Setting& setting, const std::string& accepted) {
  if (!holds)
    throw ConfigError(fmt::format("{} of {} is not accepted: {}", setting.origin,
                                  format_duration(setting.value), accepted));
}

std::string service_from(const Config& config, const redis::Environment& environment) {
  auto service = config.service;
  if (service.empty()) service = environment.variable("HEARTBEAT_SERVICE").value_or("");
  if (service.empty())
    throw ConfigError("no service: name it in Config::service or in HEARTBEAT_SERVICE");
  if (!is_service_name(service))
    throw ConfigError(fmt::format(
        "service name '{}' is not 1 to 128 letters, digits, '.', '_' or '-'", shown(service)));
  return service;
}

std::string instance_from(const Config& config, const redis::Environment& environment) {
  auto instance = config.instance;
  if (instance.empty()) instance = environment.variable("HEARTBEAT_INSTANCE").value_or("");
  if (!instance.empty() && !is_service_name(instance))
    throw ConfigError(fmt::format(
        "instance name '{}' is not 1 to 128 letters, digits, '.', '_' or '-'", shown(instance)));
  return instance;
}

std::string prefix_from(const Config& config, const redis::Environment& environment) {
  auto prefix = config.prefix;
  if (prefix.empty())
    prefix = environment.variable("HEARTBEAT_PREFIX").value_or(std::string{default_prefix});
  if (prefix.size() > longest_prefix || printable(prefix) != prefix)
    throw ConfigError(fmt::format("prefix '{}' has more than {} bytes or a control character",
                                  shown(prefix), longest_prefix));
  return prefix;
}

// Absolute, for the host may change its folder. Whether it can be written is seen
// with every beat: a file system may be mounted later.
std::string file_from(const Config& config, const redis::Environment& environment) {
  auto file = config.file;
  if (file.empty()) file = environment.variable("HEARTBEAT_FILE").value_or("");
  if (file.find('\0') != file.npos)
    throw ConfigError(fmt::format("file '{}' has a NUL in its name", shown(file)));
  std::error_code unknown;
  const auto absolute = std::filesystem::absolute(file, unknown);
  return file.empty() || unknown ? file : absolute.string();
}

}  // namespace

ResolvedConfig resolve(const Config& config, const redis::Environment& environment) {
  ResolvedConfig settings;
  settings.service = service_from(config, environment);
  settings.instance = instance_from(config, environment);
  settings.member = member_name(settings.service, settings.instance);
  const auto prefix = prefix_from(config, environment);
  settings.key = document_key(prefix, settings.member);
  settings.roster = roster_key(prefix);

  settings.file = file_from(config, environment);

  const auto interval = duration_setting(config.interval, "Config::interval", "HEARTBEAT_INTERVAL",
                                         default_interval, environment);
  demand(interval.value >= shortest_interval && interval.value <= longest_interval, interval,
         "an interval is 100ms to 1h");
  settings.interval = interval.value;

  const auto ttl =
      duration_setting(config.ttl, "Config::ttl", "HEARTBEAT_TTL", default_ttl, environment);
  demand(ttl.value % 1s == 0ms && ttl.value <= longest_ttl, ttl,
         "a TTL is whole seconds, 24h at most");
  demand(ttl.value >= 2 * interval.value, ttl,
         "the TTL is at least two intervals, " + format_duration(2 * interval.value));
  settings.ttl = std::chrono::duration_cast<std::chrono::seconds>(ttl.value);

  settings.find_redis = [environment = redis::captured(environment), url = config.redis_url] {
    return redis::endpoint_from(environment, url);
  };
  if (const auto endpoint = settings.find_redis(); !endpoint)
    throw ConfigError((config.redis_url.empty() ? "" : "Config::redis_url: ") + endpoint.error());

  if (config.start_grace < 0ms || config.stop_timeout < 0ms)
    throw ConfigError("Config::start_grace and Config::stop_timeout cannot be negative");
  settings.start_grace = config.start_grace;
  settings.stop_timeout = config.stop_timeout;
  return settings;
}

}  // namespace heartbeat
