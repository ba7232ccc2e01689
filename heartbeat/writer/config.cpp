#include "writer/config.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "document/names.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "host/host.hpp"

namespace heartbeat {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds default_interval = 10s;
constexpr milliseconds default_ttl = 60s;
constexpr milliseconds max_ttl = 24h;

std::string shown(std::string_view text) { return printable(text, max_shown_bytes); }

std::string field_or_variable(const std::string& field, const char* variable,
                              const redis::Environment& environment,
                              std::string_view fallback = {}) {
  return !field.empty() ? field : environment.variable(variable).value_or(std::string{fallback});
}

// A duration and its text in messages: `HEARTBEAT_TTL of 60.5s`.
struct NamedDuration {
  milliseconds value;
  std::string name;
};

NamedDuration duration_from(milliseconds field, const std::string& field_name, const char* variable,
                            milliseconds fallback, const redis::Environment& environment) {
  const auto text = field == 0ms ? environment.variable(variable) : std::nullopt;
  if (!text) {
    const auto value = field == 0ms ? fallback : field;
    return {value, field_name + " of " + format_duration(value)};
  }
  if (const auto value = parse_duration(*text)) return {*value, variable + (" of " + *text)};
  throw ConfigError(fmt::format("{} '{}' is not a duration (accepted: {})", variable, shown(*text),
                                accepted_durations));
}

void require(bool holds, const NamedDuration& duration, const std::string& accepted) {
  if (!holds) throw ConfigError(duration.name + " is not accepted: " + accepted);
}

void require_name(const char* what, const std::string& name) {
  if (!is_service_name(name))
    throw ConfigError(fmt::format("{} name '{}' is not 1 to 128 letters, digits, '.', '_' or '-'",
                                  what, shown(name)));
}

// Absolute, because the host may change its working directory. Whether the file can be written is
// not checked: its file system may be mounted later, and every beat reports a failure.
std::string file_from(const Config& config, const redis::Environment& environment) {
  const auto file = field_or_variable(config.file, "HEARTBEAT_FILE", environment);
  if (file.find('\0') != file.npos)
    throw ConfigError(fmt::format("file '{}' has a NUL in its name", shown(file)));
  std::error_code unknown;
  const auto absolute = std::filesystem::absolute(file, unknown);
  return file.empty() || unknown ? file : absolute.string();
}

}  // namespace

ResolvedConfig resolve(const Config& config, const redis::Environment& environment) {
  ResolvedConfig resolved;
  resolved.service = field_or_variable(config.service, "HEARTBEAT_SERVICE", environment);
  if (resolved.service.empty())
    throw ConfigError("no service: name it in Config::service or in HEARTBEAT_SERVICE");
  require_name("service", resolved.service);
  const auto instance = field_or_variable(config.instance, "HEARTBEAT_INSTANCE", environment);
  resolved.instance = with_host(instance, host_name());
  resolved.is_by_host = resolved.instance != instance;
  if (!resolved.instance.empty()) require_name("instance", resolved.instance);

  const auto prefix =
      field_or_variable(config.prefix, "HEARTBEAT_PREFIX", environment, default_prefix);
  if (prefix.size() > max_prefix_bytes || printable(prefix) != prefix)
    throw ConfigError(fmt::format("prefix '{}' has more than {} bytes or a control character",
                                  shown(prefix), max_prefix_bytes));
  resolved.member = member_name(resolved.service, resolved.instance);
  resolved.key = document_key(prefix, resolved.member);
  resolved.roster = roster_key(prefix);
  resolved.file = file_from(config, environment);

  const auto interval = duration_from(config.interval, "Config::interval", "HEARTBEAT_INTERVAL",
                                      default_interval, environment);
  require(interval.value >= min_interval && interval.value <= max_interval, interval,
          "an interval is 100ms to 1h");
  resolved.interval = interval.value;

  const auto ttl =
      duration_from(config.ttl, "Config::ttl", "HEARTBEAT_TTL", default_ttl, environment);
  require(ttl.value % 1s == 0ms && ttl.value <= max_ttl, ttl,
          "a TTL is whole seconds, 24h at most");
  require(ttl.value >= 2 * interval.value, ttl,
          "the TTL is at least two intervals, " + format_duration(2 * interval.value));
  resolved.ttl = std::chrono::duration_cast<std::chrono::seconds>(ttl.value);

  if (const auto source = redis::source_of_none(environment, config.redis_url)) {
    resolved.no_redis = *source + " is none";
  } else {
    resolved.find_redis = [environment = redis::captured(environment), url = config.redis_url] {
      return redis::endpoint_from(environment, url);
    };
    if (const auto endpoint = resolved.find_redis(); !endpoint)
      throw ConfigError((config.redis_url.empty() ? "" : "Config::redis_url: ") + endpoint.error());
  }

  if (config.start_grace < 0ms || config.stop_timeout < 0ms)
    throw ConfigError("Config::start_grace and Config::stop_timeout cannot be negative");
  resolved.start_grace = config.start_grace;
  resolved.stop_timeout = config.stop_timeout;
  resolved.log_changes = config.log_changes;
  return resolved;
}

}  // namespace heartbeat
