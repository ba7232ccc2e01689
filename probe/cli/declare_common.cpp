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

void declare_services(Declarations& in, CommonOptions& options, CommonDeclarations& declared) {
  in.app().option_defaults()->group("Which services");
  declared.scan = add_flag(in, "--scan", options.selection.scan,
                           "every service on the roster or with a key; looks at all\n"
                           "keys of the database");
  declared.scan->envname("HEALTHPROBE_SCAN");
  // Exactly so many words, not "any number": CLI11 would split `[a,b]` into two.
  declared.services =
      add_value(in, "SERVICE", "", options.selection.services, read_service, "names of services")
          ->take_all()
          ->expected(max_arguments)
          ->excludes(declared.scan)
          ->envname("HEARTBEAT_SERVICE");
  exclude(declared.services, {declared.scan});
  declared.min_healthy = add_value(
      in, "--min-healthy", "N", options.selection.min_healthy,
      [](const std::string& text) { return read_number(text, max_replicas); },
      "so many replicas of a service are enough; one verdict a service");
  declared.min_healthy->default_str("all")->envname("HEALTHPROBE_MIN_HEALTHY");
}

void declare_connection(Declarations& in, CommonOptions& options, CommonDeclarations& declared) {
  in.app().option_defaults()->group("Where the documents are");
  add_value(in, "-u,--redis", "URL", options.redis_url, read_url,
            "redis://, rediss://, unix:// or redis-sentinel://; also\n"
            "$HEARTBEAT_REDIS_URL_FILE, $REDIS_URL, $REDIS_URL_FILE")
      ->default_str("redis://127.0.0.1:6379")
      ->envname("HEARTBEAT_REDIS_URL");
  declared.file = add_value(
      in, "--file", "FILE", options.file,
      [](const std::string& text) { return Parsed<std::string>{text}; },
      "judged where Redis cannot be asked, or refuses; where no\n"
      "option or variable names a Redis, Redis is not asked");
  declared.file->envname("HEARTBEAT_FILE")->default_str("none");
  options.acceptance.prefix = heartbeat::default_prefix;
  add_value(in, "--prefix", "TEXT", options.acceptance.prefix, read_prefix, "start of every key")
      ->default_str(options.acceptance.prefix)
      ->envname("HEARTBEAT_PREFIX");
  add_value(in, "-t,--timeout", "DURATION", options.timeout, duration_up_to(max_timeout),
            "one limit on all that one answer takes, name lookup included")
      ->default_str("2s")
      ->envname("HEALTHPROBE_TIMEOUT");
}

void declare_judgement(Declarations& in, CommonOptions& options) {
  in.app().option_defaults()->group("What passes");
  auto& acceptance = options.acceptance;
  add_value(in, "--max-age", "DURATION", acceptance.max_age, duration_up_to(max_age),
            "oldest beat accepted")
      ->default_str("3 x the document's interval, at most its TTL")
      ->envname("HEALTHPROBE_MAX_AGE");
  add_value(in, "--ttl", "DURATION", acceptance.ttl, duration_up_to(max_age),
            "TTL of writers whose documents have no ttl_ms")
      ->default_str("the document's")
      ->envname("HEARTBEAT_TTL");
  add_value(in, "--expect", "'FIELD OP VALUE'", acceptance.expectations, read_expectation,
            "a further demand, such as 'error_count < 5'; may be\n"
            "repeated; in the variable separated by ;")
      ->take_all()
      ->default_str("none")
      ->envname("HEALTHPROBE_EXPECT");
  add_flag(in, "--own", acceptance.own_host, "the beat must come from this host", read_own_host)
      ->envname("HEALTHPROBE_OWN");
  auto& exit_policy = options.exit_policy;
  add_flag(in, "--degraded-ok", exit_policy.degraded, "degraded passes")
      ->envname("HEALTHPROBE_DEGRADED_OK");
  add_flag(in, "--starting-ok", exit_policy.starting, "starting passes")
      ->envname("HEALTHPROBE_STARTING_OK");
  add_value(
      in, "--on-redis-error", "fail|pass", exit_policy.redis_trouble,
      [](const std::string& text) {
        return read_choice(text, "fail|pass").map([](std::size_t choice) { return choice == 1; });
      },
      "when Redis cannot be asked, or refuses")
      ->default_str("fail")
      ->envname("HEALTHPROBE_ON_REDIS_ERROR");
}

/// Whether a word can name the option, by its long name or as one of several letters.
bool can_name(std::string_view word, std::string_view names) {
  const auto long_name = names.substr(names.find("--"));
  const bool has_letter = names[1] != '-';
  return word.starts_with(long_name) ||
         (has_letter && word.starts_with('-') && word.find(names[1]) != word.npos);
}

}  // namespace

Declarations::Declarations(CLI::App& app, std::optional<std::span<const char* const>> words)
    : app_{app}, words_{words}, stand_in_{words ? others_.add_option("--stand-in") : nullptr} {}

CLI::Option* Declarations::add(const char* names, const char* help) {
  const bool is_needed =
      !words_ || names[0] != '-' ||
      std::ranges::any_of(*words_, [&](const char* word) { return can_name(word, names); });
  return is_needed ? app_.add_option(names, CLI::callback_t{}, help) : stand_in_;
}

void exclude(CLI::Option* option, std::initializer_list<CLI::Option*> others) {
  for (auto* other : others)
    if (other != option) option->excludes(other);
}

std::string origin(const CLI::App& app, const CLI::Option& option) {
  const auto& given = app.parse_order();
  if (std::ranges::find(given, &option) == given.end()) return option.get_envname();
  return option.get_positional() ? "service" : option.get_name();
}

UsageError refused(const std::string& origin, const std::string& value, const std::string& why) {
  return {fmt::format("{} '{}' {}", origin, shown(value), why)};
}

CommonDeclarations declare_common(Declarations& in, CommonOptions& options) {
  CommonDeclarations declared{};
  declare_services(in, options, declared);
  declare_connection(in, options, declared);
  declare_judgement(in, options);
  return declared;
}

}  // namespace probe
