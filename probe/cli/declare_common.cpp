#include <fmt/format.h>

#include "cli/declare.hpp"
#include "document/names.hpp"

namespace probe {
namespace {

using std::chrono::hours;

constexpr auto max_timeout = hours{1};
constexpr auto max_age = hours{24 * 365};
constexpr std::size_t max_replicas = 100'000;
constexpr int max_arguments = 1 << 20;

auto duration_up_to(std::chrono::milliseconds max) {
  return [max](const std::string& text) { return read_duration(text, max); };
}

void declare_services(CLI::App& app, CommonOptions& options, CommonDeclarations& declared) {
  app.option_defaults()->group("Which services");
  declared.scan = add_flag(app, "--scan", options.selection.scan,
                           "every service on the roster or with a key; looks at all\n"
                           "keys of the database");
  declared.scan->envname("HEALTHPROBE_SCAN");
  // Exactly so many words, not "any number": CLI11 would split `[a,b]` into two.
  declared.services =
      add_value(app, "SERVICE", "", options.selection.services, read_service, "names of services")
          ->take_all()
          ->expected(max_arguments)
          ->excludes(declared.scan)
          ->envname("HEARTBEAT_SERVICE");
  declared.min_healthy = add_value(
      app, "--min-healthy", "N", options.selection.min_healthy,
      [](const std::string& text) { return read_number(text, max_replicas); },
      "so many replicas of a service are enough; one verdict a service");
  declared.min_healthy->default_str("all")->envname("HEALTHPROBE_MIN_HEALTHY");
}

void declare_connection(CLI::App& app, CommonOptions& options, CommonDeclarations& declared) {
  app.option_defaults()->group("Where the documents are");
  add_value(app, "-u,--redis", "URL", options.redis_url, read_url,
            "redis://, rediss://, unix:// or redis-sentinel://; also\n"
            "$HEARTBEAT_REDIS_URL_FILE, $REDIS_URL, $REDIS_URL_FILE")
      ->default_str("redis://127.0.0.1:6379")
      ->envname("HEARTBEAT_REDIS_URL");
  declared.file = add_value(
      app, "--file", "FILE", options.file,
      [](const std::string& text) { return Value<std::string>{text}; },
      "judged where Redis cannot be asked, or refuses; where no\n"
      "option or variable names a Redis, Redis is not asked");
  declared.file->envname("HEARTBEAT_FILE")->default_str("none");
  options.acceptance.prefix = heartbeat::default_prefix;
  add_value(app, "--prefix", "TEXT", options.acceptance.prefix, read_prefix, "start of every key")
      ->default_str(options.acceptance.prefix)
      ->envname("HEARTBEAT_PREFIX");
  add_value(app, "-t,--timeout", "DURATION", options.timeout, duration_up_to(max_timeout),
            "one limit on all that one answer takes, name lookup included")
      ->default_str("2s")
      ->envname("HEALTHPROBE_TIMEOUT");
}

void declare_judgement(CLI::App& app, CommonOptions& options) {
  app.option_defaults()->group("What passes");
  auto& acceptance = options.acceptance;
  add_value(app, "--max-age", "DURATION", acceptance.max_age, duration_up_to(max_age),
            "oldest beat accepted")
      ->default_str("3 x the document's interval, at most its TTL")
      ->envname("HEALTHPROBE_MAX_AGE");
  add_value(app, "--ttl", "DURATION", acceptance.ttl, duration_up_to(max_age),
            "TTL of writers whose documents have no ttl_ms")
      ->default_str("the document's")
      ->envname("HEARTBEAT_TTL");
  add_value(app, "--expect", "'FIELD OP VALUE'", acceptance.expectations, read_expectation,
            "a further demand, such as 'error_count < 5'; may be\n"
            "repeated; in the variable separated by ;")
      ->take_all()
      ->default_str("none")
      ->envname("HEALTHPROBE_EXPECT");
  add_flag(app, "--own", acceptance.own_host, "the beat must come from this host", read_own_host)
      ->envname("HEALTHPROBE_OWN");
  auto& exit_policy = options.exit_policy;
  add_flag(app, "--degraded-ok", exit_policy.degraded, "degraded passes")
      ->envname("HEALTHPROBE_DEGRADED_OK");
  add_flag(app, "--starting-ok", exit_policy.starting, "starting passes")
      ->envname("HEALTHPROBE_STARTING_OK");
  add_value(
      app, "--on-redis-error", "fail|pass", exit_policy.redis_trouble,
      [](const std::string& text) {
        return read_choice(text, "fail|pass").map([](std::size_t choice) { return choice == 1; });
      },
      "when Redis cannot be asked, or refuses")
      ->default_str("fail")
      ->envname("HEALTHPROBE_ON_REDIS_ERROR");
}

}  // namespace

std::string origin(const CLI::App& app, const CLI::Option& option) {
  const auto& given = app.parse_order();
  if (std::ranges::find(given, &option) == given.end()) return option.get_envname();
  return option.get_positional() ? "service" : option.get_name();
}

UsageError refused(const std::string& origin, const std::string& value, const std::string& why) {
  return {fmt::format("{} '{}' {}", origin, shown(value), why)};
}

CommonDeclarations declare_common(CLI::App& app, CommonOptions& options) {
  CommonDeclarations declared{};
  declare_services(app, options, declared);
  declare_connection(app, options, declared);
  declare_judgement(app, options);
  return declared;
}

}  // namespace probe
