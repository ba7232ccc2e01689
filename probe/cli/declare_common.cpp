#include "cli/declare.hpp"

#include "document/names.hpp"

namespace probe {
namespace {

using std::chrono::hours;

constexpr auto max_timeout = hours{1};
constexpr auto max_age = hours{24 * 365};
constexpr std::size_t max_replicas = 100'000;
constexpr int max_arguments = 1 << 20;

void declare_services(Declarations& in, CommonOptions& options, CommonDeclarations& declared) {
  in.app().option_defaults()->group("Which services");
  declared.scan = add_flag(in, "--scan", options.selection.scan,
                           "every service on the roster or with a key; goes through\n"
                           "all keys of the database")
                      ->envname("HEALTHPROBE_SCAN");
  // A number of words, not "any number": CLI11 would split `[a,b]` into two.
  declared.services =
      add_value(in, "SERVICE", "", options.selection.services, read_member, "names of services")
          ->take_all()
          ->expected(max_arguments)
          ->envname("HEARTBEAT_SERVICE");
  exclude(declared.services, {declared.scan});
  declared.min_healthy =
      add_value(in, "--min-healthy", "N", options.selection.min_healthy, number_up_to(max_replicas),
                "number of replicas that must be healthy; one verdict per\nservice")
          ->default_str("all")
          ->envname("HEALTHPROBE_MIN_HEALTHY");
  declared.expected =
      add_value(in, "--expected", "NAME,...", options.selection.expected, read_names,
                "with all services: names that must be there, also if the\n"
                "roster does not have them; @FILE: the names in a file")
          ->take_all()
          ->default_str("none")
          ->envname("HEALTHPROBE_EXPECTED");
  exclude(declared.expected, {declared.services});
  declared.forget_after = add_value(in, "--forget-after", "DURATION",
                                    options.selection.forget_after, duration_up_to(max_age),
                                    "how long a vanished replica that is named after its host\n"
                                    "(%h) still counts, by the newest beat of its service")
                              ->default_str("1h")
                              ->envname("HEALTHPROBE_FORGET_AFTER");
}

void declare_connection(Declarations& in, CommonOptions& options, CommonDeclarations& declared) {
  in.app().option_defaults()->group("Where the documents are");
  declare_redis_url(in, options.redis_url);
  declared.file = add_value(
                      in, "--file", "FILE", options.file,
                      [](const std::string& text) { return Parsed<std::string>{text}; },
                      "read this file when Redis is unreachable or returns an\n"
                      "error, or has no key though the file is fresh; if no\n"
                      "option or variable names a Redis, read only the file")
                      ->default_str("none")
                      ->envname("HEARTBEAT_FILE");
  declare_prefix(in, options.acceptance.prefix);
  add_value(in, "-t,--timeout", "DURATION", options.timeout, duration_up_to(max_timeout),
            "time limit of one check as a whole, with the name lookup")
      ->default_str("2s")
      ->envname("HEALTHPROBE_TIMEOUT");
}

void declare_acceptance(Declarations& in, CommonOptions& options) {
  in.app().option_defaults()->group("What passes");
  auto& acceptance = options.acceptance;
  add_value(in, "--max-age", "DURATION", acceptance.max_age, duration_up_to(max_age),
            "maximum age of the last beat")
      ->default_str("3 x the document's interval, at most its TTL")
      ->envname("HEALTHPROBE_MAX_AGE");
  add_value(in, "--ttl", "DURATION", acceptance.ttl, duration_up_to(max_age),
            "TTL of the keys whose documents have no ttl_ms")
      ->default_str("the document's")
      ->envname("HEARTBEAT_TTL");
  add_value(in, "--expect", "'FIELD OP VALUE'", acceptance.expectations, read_expectation,
            "further condition on a field, such as 'error_count < 5';\n"
            "may be repeated; the variable separates conditions by ;")
      ->take_all()
      ->default_str("none")
      ->envname("HEALTHPROBE_EXPECT");
  add_flag(in, "--own", acceptance.own, "accept only beats of a living process of this container",
           read_own)
      ->envname("HEALTHPROBE_OWN");
  auto& exit_policy = options.exit_policy;
  add_flag(in, "--degraded-ok", exit_policy.degraded, "count degraded as success")
      ->envname("HEALTHPROBE_DEGRADED_OK");
  add_flag(in, "--starting-ok", exit_policy.starting, "count starting as success")
      ->envname("HEALTHPROBE_STARTING_OK");
  add_value(
      in, "--on-redis-error", "fail|pass", exit_policy.redis_trouble,
      [](const std::string& text) {
        return read_choice(text, "fail|pass").map([](std::size_t choice) { return choice == 1; });
      },
      "result when Redis is unreachable or returns an error")
      ->default_str("fail")
      ->envname("HEALTHPROBE_ON_REDIS_ERROR");
}

}  // namespace

void exclude(CLI::Option* option, std::initializer_list<CLI::Option*> others) {
  for (auto* other : others)
    if (other != option) option->excludes(other);
}

void declare_redis_url(Declarations& in, std::string& url) {
  add_value(in, "-u,--redis", "URL", url, read_url,
            "redis://, rediss://, unix:// or redis-sentinel://; also\n"
            "from $HEARTBEAT_REDIS_URL_FILE, $REDIS_URL or\n"
            "$REDIS_URL_FILE")
      ->default_str("redis://127.0.0.1:6379")
      ->envname("HEARTBEAT_REDIS_URL");
}

void declare_prefix(Declarations& in, std::string& prefix) {
  prefix = heartbeat::default_prefix;
  add_value(in, "--prefix", "TEXT", prefix, read_prefix, "start of every key")
      ->default_str(prefix)
      ->envname("HEARTBEAT_PREFIX");
}

CommonDeclarations declare_common(Declarations& in, CommonOptions& options) {
  CommonDeclarations declared{};
  declare_services(in, options, declared);
  declare_connection(in, options, declared);
  declare_acceptance(in, options);
  return declared;
}

}  // namespace probe
