#include "cli/declare.hpp"

#include "document/names.hpp"

namespace probe {
namespace {

using std::chrono::hours;

constexpr auto max_timeout = hours{1};
constexpr auto max_age = hours{24 * 365};
constexpr std::size_t max_replicas = 100'000;
constexpr std::size_t max_connections = 100'000;
constexpr int max_arguments = 1 << 20;
constexpr const char* formats = "text|json|nagios|prometheus";  // in the order of Format
constexpr const char* log_formats = "text|json";

/// Common options that options of one program exclude.
struct CommonDeclarations {
  CLI::Option* services;
  CLI::Option* file;
  CLI::Option* scan;
  CLI::Option* min_healthy;
  CLI::Option* expected;
  CLI::Option* forget_after;
};

auto number_up_to(std::size_t max) {
  return [max](const std::string& text) { return read_number(text, max); };
}

void exclude(CLI::Option* option, std::initializer_list<CLI::Option*> others) {
  for (auto* other : others)
    if (other != option) option->excludes(other);
}

void declare_services(Declarations& in, CommonOptions& options, CommonDeclarations& declared) {
  in.app().option_defaults()->group("Which services");
  declared.scan = add_flag(in, "--scan", options.selection.scan,
                           "every service on the roster or with a key; goes through\n"
                           "all keys of the database")
                      ->envname("HEALTHPROBE_SCAN");
  // A number of words, not "any number": CLI11 would split `[a,b]` into two.
  declared.services =
      add_value(in, "SERVICE", "", options.selection.services, read_service, "names of services")
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

CommonDeclarations declare_common(Declarations& in, CommonOptions& options) {
  CommonDeclarations declared{};
  declare_services(in, options, declared);
  declare_connection(in, options, declared);
  declare_acceptance(in, options);
  return declared;
}

}  // namespace

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

void declare_healthprobe(Declarations& in, ProbeArguments& arguments) {
  auto& options = arguments.options;
  auto& app = in.app();
  app.description(
      "Reports whether a service is healthy, from the document that the service keeps in Redis.");
  app.option_defaults()->group("Which services");
  auto* all = add_flag(in, "--all", options.selection.all,
                       "every service on the roster, the list of all services\n"
                       "that ever wrote a beat; those without a key are missing")
                  ->envname("HEALTHPROBE_ALL");
  const auto common = declare_common(in, options);
  exclude(all, {common.services});
  app.option_defaults()->group("Which services");
  auto* instance = add_value(in, "--instance", "NAME", arguments.instance, read_instance,
                             "one replica of the service; %h is the name of this host;\n"
                             "the variable applies only to $HEARTBEAT_SERVICE")
                       ->default_str("all")
                       ->envname("HEARTBEAT_INSTANCE");

  app.option_defaults()->group("Output");
  // Without a variable: for a person, and too long for a container's health check.
  auto* checks = add_flag(in, "--checks", options.checks,
                          "also show every check with its value, limit and time, the\n"
                          "worst first, then the writer; of any length; also in JSON");
  auto* watch = add_flag(in, "--watch", options.watch,
                         "show a table and keep it up to date, until q or Ctrl-C;\n"
                         "without a service, of all services; if the output is not\n"
                         "a terminal, print a log of changes")
                    ->envname("HEALTHPROBE_WATCH");
  auto* output = arguments.output =
      add_value(
          in, "-o,--output", formats, options.format,
          [](const std::string& text) {
            return read_choice(text, formats).map([](std::size_t choice) {
              return static_cast<Format>(choice);
            });
          },
          "output format")
          ->default_str("text")
          ->envname("HEALTHPROBE_OUTPUT");
  auto* write = add_value(in, "--write", "FILE", options.write, read_path,
                          "replace FILE atomically by the output, and print nothing")
                    ->default_str("standard output")
                    ->envname("HEALTHPROBE_WRITE");
  auto* quiet =
      add_flag(in, "-q,--quiet", options.quiet, "print no verdict")->envname("HEALTHPROBE_QUIET");
  auto* explain = add_flag(in, "--explain", arguments.explain,
                           "also print every setting with its source, and every step\n"
                           "with its time; on stderr unless the format is text")
                      ->envname("HEALTHPROBE_EXPLAIN");

  app.option_defaults()->group("Roster");
  auto* forget = add_value(in, "--forget", "NAME", options.forget, read_member_pattern,
                           "remove a service, or replicas such as worker:1 or\n"
                           "'worker:*', from the roster, and check nothing; may be\n"
                           "repeated")
                     ->take_all();

  exclude(instance, {all, common.scan, common.expected});
  exclude(checks, {watch, quiet});
  exclude(watch, {common.file, output, write, quiet, explain});
  exclude(forget,
          {common.services, common.scan, common.file, common.min_healthy, common.expected,
           common.forget_after, all, instance, checks, watch, output, write, quiet, explain});
  declare_help(app,
               "Exit status: 0 healthy, or accepted by an option; 1 everything else; with -o "
               "nagios, 0 to 3.");
}

void declare_healthboard(Declarations& in, BoardOptions& options) {
  auto& app = in.app();
  app.description(
      "Answers over HTTP whether services are healthy, from the documents that they keep in "
      "Redis.");
  app.option_defaults()->group("HTTP");
  add_value(
      in, "--listen", "ADDRESS:PORT", options.port,
      [&options](const std::string& text) {
        return read_address(text).map([&options](const auto& address) {
          options.address = address.first;
          return address.second;
        });
      },
      "address and port to listen on")
      ->default_str("127.0.0.1:8686")
      ->envname("HEALTHBOARD_LISTEN");
  add_flag(in, "--ping", options.ping,
           "do not listen; ask the healthboard that listens there, and\n"
           "exit with 0 if it answers; for its own health check");
  add_value(in, "--max-connections", "N", options.max_connections, number_up_to(max_connections),
            "maximum number of connections; at the maximum, a new one\n"
            "closes the oldest that has no complete request")
      ->default_str("1024")
      ->envname("HEALTHBOARD_MAX_CONNECTIONS");
  add_value(in, "--allowed-host", "NAME", options.allowed_hosts, read_host,
            "a name that the header Host may have, besides addresses,\n"
            "names without a dot and the name of this host; * allows\n"
            "all; may be repeated; the variable separates names by ;")
      ->take_all()
      ->default_str("none")
      ->envname("HEALTHBOARD_ALLOWED_HOST");
  add_value(
      in, "-o,--output", log_formats, options.log_format,
      [](const std::string& text) {
        return read_choice(text, log_formats).map([](std::size_t choice) {
          return static_cast<Format>(choice);
        });
      },
      "format of the log on standard output: a line for the start\n"
      "and for each change of a verdict")
      ->default_str("text")
      ->envname("HEALTHBOARD_OUTPUT");
  declare_common(in, options)
      .services->description("names of services; default: every service on the roster");
  declare_help(app, "Paths: / /health /health/<service> /metrics /healthz");
}

}  // namespace probe
