#include <fmt/format.h>

#include "cli/declare.hpp"
#include "render/history.hpp"

namespace probe {
namespace {

constexpr std::size_t max_connections = 100'000;
constexpr const char* formats = "text|json|nagios|prometheus";  // in the order of Format
constexpr const char* history_places = "redis|memory";
constexpr const char* log_formats = "text|json";

Parsed<std::chrono::milliseconds> read_span(const std::string& text) {
  const auto span = parse_span(text);
  if (span) return *span;
  return tl::unexpected{fmt::format("is not a span (accepted: {})", accepted_spans)};
}

/// The options that read or write the silences, and check nothing.
struct SilenceDeclarations {
  CLI::Option* silence;
  CLI::Option* unsilence;
  CLI::Option* silences;
  CLI::Option* reason;
};

SilenceDeclarations declare_silences(Declarations& in, Options& options) {
  in.app().option_defaults()->group("Silences");
  SilenceDeclarations declared{};
  declared.silence = add_value(in, "--silence", "SPAN", options.silence, read_span,
                               "for so long, such as 30m or 2d, tell nobody how the\n"
                               "services, or replicas such as worker:1, are: the monitor\n"
                               "and the alert rules keep quiet; check nothing");
  declared.reason =
      add_value(in, "--reason", "TEXT", options.reason, read_reason, "why, for --silence");
  declared.unsilence = add_flag(in, "--unsilence", options.unsilence,
                                "end the silences of the services or replicas; check\n"
                                "nothing")
                           ->default_str("");
  declared.silences = add_flag(in, "--silences", options.silences,
                               "show what is silenced, until when, by whom and why, as\n"
                               "text or json; check nothing")
                          ->default_str("");
  exclude(declared.silence, {declared.unsilence});
  exclude(declared.silences, {declared.silence, declared.unsilence, declared.reason});
  return declared;
}

}  // namespace

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
                         "a terminal, or with -o json, print a log of changes")
                    ->envname("HEALTHPROBE_WATCH");
  auto* output = arguments.output =
      add_value(
          in, "-o,--output", formats, options.format,
          [](const std::string& text) {
            return read_choice(text, formats).map([](auto at) { return static_cast<Format>(at); });
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

  auto* history = add_value(in, "--history", "SPAN", options.history, read_span,
                            "show what happened in this span, such as 24h or 7d, and\n"
                            "the uptime, as healthboard has recorded it; check\n"
                            "nothing");

  app.option_defaults()->group("Roster");
  auto* forget = add_value(in, "--forget", "NAME", options.forget, read_member_pattern,
                           "remove a service, or replicas such as worker:1 or\n"
                           "'worker:*', from the roster, and check nothing; may be\n"
                           "repeated")
                     ->take_all();

  exclude(instance, {all, common.scan, common.expected});
  exclude(checks, {watch, quiet, history});
  exclude(history, {all, common.scan, common.file, common.min_healthy, common.expected,
                    common.forget_after, watch, write, quiet, explain});
  exclude(watch, {common.file, write, quiet, explain});
  exclude(forget, {common.services, common.scan, common.file, common.min_healthy, common.expected,
                   common.forget_after, all, instance, checks, watch, output, write, quiet, explain,
                   history});
  const auto silencing = declare_silences(in, options);
  for (auto* option : {silencing.silence, silencing.unsilence, silencing.silences})
    exclude(option,
            {common.scan, common.file, common.min_healthy, common.expected, common.forget_after,
             all, checks, watch, write, quiet, explain, history, forget});
  exclude(silencing.silence, {output});
  exclude(silencing.unsilence, {output});
  exclude(silencing.silences, {common.services, instance});
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
  add_value(
      in, "--history", history_places, options.writes_history,
      [](const std::string& text) {
        return read_choice(text, history_places).map([](std::size_t choice) {
          return choice == 0;
        });
      },
      "where changes of verdicts are kept: in Redis, if its user may\n"
      "XADD and XRANGE, or only in memory")
      ->default_str("redis")
      ->envname("HEALTHBOARD_HISTORY");
  declare_common(in, options)
      .services->description("names of services; default: every service on the roster");
  declare_help(app, "Paths: / /health /health/<service> /metrics /healthz");
}

}  // namespace probe
