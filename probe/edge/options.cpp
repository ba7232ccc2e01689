#include "edge/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "document/names.hpp"
#include "edge/contradiction.hpp"
#include "edge/effective.hpp"
#include "edge/settings.hpp"
#include "host/host.hpp"
#include "redis/url.hpp"

namespace probe {
namespace {

using std::chrono::hours;

constexpr std::size_t longest_prefix = 256;
constexpr auto longest_timeout = hours{1};
constexpr auto longest_age = hours{24 * 365};

Result<std::vector<std::string>> services(const CommandLine& line,
                                          const heartbeat::redis::Environment& environment,
                                          bool file_tells, std::string_view instead) {
  std::vector<Setting> given;
  for (const auto& name : line.services) given.push_back({"service", name});
  if (!instead.empty() && !given.empty())
    return tl::unexpected{
        mistake(fmt::format("{}: '{}' is one too many", instead, shown(given.front().value)))};
  if (!instead.empty()) return {};
  if (auto name = environment.variable("HEARTBEAT_SERVICE"); given.empty() && name)
    given.push_back({"HEARTBEAT_SERVICE", std::move(*name)});
  if (given.empty() && !file_tells) return tl::unexpected{mistake(no_service)};

  std::vector<std::string> names;
  for (const auto& setting : given) {
    // Nor that of a replica, `worker:1`: whoever gives a whole key is to be told.
    if (!heartbeat::is_service_name(setting.value))
      return refused(setting, "is not a valid name", "1 to 128 of A-Z a-z 0-9 . _ -");
    if (std::ranges::find(names, setting.value) == names.end()) names.push_back(setting.value);
  }
  return names;
}

Result<std::vector<std::string>> to_forget(const Settings& settings) {
  std::vector<std::string> names;
  for (const auto& setting : settings.find_all("--forget")) {
    if (!heartbeat::is_member_name(setting.value))
      return refused(setting, "is not a valid name", "worker, or of a replica worker:1");
    names.push_back(setting.value);
  }
  return names;
}

/// Why no service can be named, or nothing.
std::string instead_of_services(const Options& options, const Settings& settings) {
  if (!options.forget.empty()) return "--forget judges nothing";
  const auto setting = settings.find(options.selection.scan ? "--scan" : "--all");
  if (!options.selection.all) return {};
  return (setting ? setting->origin : "--watch") + " is every service";
}

/// The one replica that is asked for. What the environment says is said of its own service: in
/// the container of `worker`, another service may be named and has replicas of other names.
Result<std::string> instance(const CommandLine& line, const Settings& settings,
                             const heartbeat::redis::Environment& environment) {
  const auto setting = settings.find("--instance");
  const bool is_option = line.values.contains("--instance");
  if (!setting || (setting->value.empty() && !is_option)) return {};
  if (!heartbeat::is_service_name(setting->value))
    return refused(*setting, "is not a valid name", "1 to 128 of A-Z a-z 0-9 . _ -");
  const auto own = environment.variable("HEARTBEAT_SERVICE");
  const bool is_other = own && std::ranges::any_of(line.services, [&](const std::string& name) {
                          return name != *own;
                        });
  return is_option || !is_other ? setting->value : std::string{};
}

Result<std::size_t> min_healthy(const Settings& settings) {
  const auto setting = settings.find("--min-healthy");
  if (!setting) return 0;
  std::size_t number = 0;
  const auto& text = setting->value;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0 || number > 100'000)
    return refused(*setting, "is not a number of replicas", "1 to 100000");
  return number;
}

/// Nothing but the file: it was asked for, and nobody says where Redis is.
bool file_alone(const CommandLine& line, const heartbeat::redis::Environment& environment) {
  const auto file = line.values.find("--file");
  return file != line.values.end() && !file->second.back().empty() &&
         !line.values.contains("--redis") && !heartbeat::redis::names_redis(environment);
}

Result<std::string> prefix(const Settings& settings) {
  const auto setting = settings.find("--prefix");
  if (!setting) return std::string{heartbeat::default_prefix};
  const bool has_control =
      std::ranges::any_of(setting->value, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  if (has_control || setting->value.size() > longest_prefix)
    return refused(*setting, "is not a prefix", "at most 256 bytes, no control characters");
  return setting->value;
}

Result<std::vector<Expectation>> expectations(const Settings& settings) {
  std::vector<Expectation> result;
  for (const auto& setting : settings.find_all("--expect")) {
    auto expectation = parse_expectation(setting.value);
    if (!expectation)
      return tl::unexpected{mistake(fmt::format("{} '{}' {}", setting.origin, shown(setting.value),
                                                shown(expectation.error())))};
    result.push_back(std::move(*expectation));
  }
  return result;
}

Result<Format> format(const Settings& settings) {
  const auto setting = settings.find("--output");
  if (!setting) return Format::text;
  if (const auto format = format_from(setting->value)) return *format;
  return refused(*setting, "is not a format", accepted_formats);
}

Result<std::string> file_to_write(const Settings& settings) {
  const auto setting = settings.find("--write");
  if (!setting) return {};
  if (setting->value.empty()) return refused(*setting, "is not a file", "a path");
  return setting->value;
}

Result<bool> passes_without_redis(const Settings& settings) {
  const auto setting = settings.find("--on-redis-error");
  if (!setting || setting->value == "fail") return false;
  if (setting->value == "pass") return true;
  return refused(*setting, "is unknown", "fail, pass");
}

/// Puts a result where it belongs; the first mistake is kept.
class Collector {
 public:
  template <typename T, typename U>
  void operator()(T& target, Result<U> result) {
    if (result)
      target = std::move(*result);
    else if (!stop_)
      stop_ = std::move(result.error());
  }
  const std::optional<Stop>& stop() const { return stop_; }

 private:
  std::optional<Stop> stop_;
};

bool holds_secret(const heartbeat::redis::Endpoint& endpoint) {
  return !endpoint.login.password.empty() ||
         (endpoint.tls && !endpoint.tls->key_password.empty()) ||
         (endpoint.sentinels && !endpoint.sentinels->login.password.empty());
}

std::string warning_about(const std::string& url) {
  const auto endpoint = heartbeat::redis::parse_url(url);
  if (!endpoint || !holds_secret(*endpoint)) return {};
  return "healthprobe: warning: arguments are public (ps, docker events): give the password of "
         "--redis in HEARTBEAT_REDIS_URL or REDIS_PASSWORD_FILE\n";
}

tl::expected<Options, Stop> parse(std::span<const char* const> arguments,
                                  const heartbeat::redis::Environment& environment) {
  const auto line = parse_command_line(arguments);
  if (!line) return tl::unexpected{line.error()};
  const Settings settings{*line, environment};

  Options options;
  std::optional<std::chrono::milliseconds> timeout;
  Collector collect;
  if (auto file = settings.find("--file")) options.file = std::move(file->value);
  options.file_alone = file_alone(*line, environment);
  std::string replica;
  collect(options.selection.all, settings.truth("--all"));
  collect(options.selection.scan, settings.truth("--scan"));
  options.selection.all = options.selection.all || options.selection.scan;
  collect(options.forget, to_forget(settings));
  collect(options.watch, settings.truth("--watch"));
  options.watch = options.watch && (options.forget.empty() || line->values.contains("--watch"));
  // A board of nobody in particular is one of everybody.
  if (options.watch && options.forget.empty() && line->services.empty() &&
      !line->values.contains("--instance") && !environment.variable("HEARTBEAT_SERVICE"))
    options.selection.all = true;
  collect(replica, instance(*line, settings, environment));
  collect(options.selection.min_healthy, min_healthy(settings));
  collect(options.selection.services,
          services(*line, environment, options.file_alone, instead_of_services(options, settings)));
  collect(options.acceptance.prefix, prefix(settings));
  collect(timeout, settings.duration("--timeout", longest_timeout));
  collect(options.acceptance.max_age, settings.duration("--max-age", longest_age));
  collect(options.acceptance.ttl, settings.duration("--ttl", longest_age));
  collect(options.acceptance.expectations, expectations(settings));
  collect(options.own, settings.truth("--own"));
  collect(options.exit_policy.degraded, settings.truth("--degraded-ok"));
  collect(options.exit_policy.starting, settings.truth("--starting-ok"));
  collect(options.exit_policy.redis_trouble, passes_without_redis(settings));
  collect(options.format, format(settings));
  collect(options.write, file_to_write(settings));
  collect(options.quiet, settings.truth("--quiet"));
  bool explain = false;
  collect(explain, settings.truth("--explain"));
  if (const auto& stop = collect.stop()) return tl::unexpected{*stop};

  if (explain) options.explain = effective_options(*line, environment);
  if (const auto complaint = contradiction(options, *line, settings); !complaint.empty())
    return tl::unexpected{mistake(complaint)};
  if (!replica.empty())
    for (auto& service : options.selection.services) service += ':' + replica;
  options.timeout = timeout.value_or(options.timeout);
  if (options.own) options.acceptance.own_host = heartbeat::host_name();
  // The variables of --redis are more than one, and may name files: not read here.
  if (const auto given = line->values.find("--redis"); given != line->values.end()) {
    options.redis_url = given->second.back();
    if (options.redis_url.empty())
      return tl::unexpected{mistake("--redis '' is not a URL (accepted: redis://HOST:PORT, ...)")};
    options.warning = warning_about(options.redis_url);
  }
  return options;
}

// Whether Nagios is to read this, told by words that could not be understood.
bool is_for_nagios(std::span<const char* const> arguments,
                   const heartbeat::redis::Environment& environment) {
  auto format = environment.variable("HEALTHPROBE_OUTPUT").value_or("");
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word == "--") break;
    const bool is_next = word == "-o" || word == "--output";
    if (is_next && i + 1 < arguments.size()) format = arguments[i + 1];
    for (const std::string_view option : {"--output=", "-o"})
      if (!is_next && word.starts_with(option)) format = word.substr(option.size());
  }
  return format == "nagios";
}

}  // namespace

tl::expected<Options, Stop> parse_options(std::span<const char* const> arguments,
                                          const heartbeat::redis::Environment& environment) {
  auto options = parse(arguments, environment);
  if (options || !options.error().is_error || !is_for_nagios(arguments, environment))
    return options;
  // Nagios shows what stands on stdout.
  std::string_view complaint = options.error().text;
  constexpr std::string_view program = "healthprobe: ";
  if (complaint.starts_with(program)) complaint.remove_prefix(program.size());
  return tl::unexpected{
      Stop{nagios_unknown, fmt::format("HEALTHPROBE UNKNOWN: {}", complaint), false}};
}

}  // namespace probe
