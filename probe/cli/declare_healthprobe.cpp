#include "cli/declare.hpp"

namespace probe {
namespace {

constexpr const char* formats = "text|json|nagios|prometheus";  // in the order of Format

}  // namespace

void declare_healthprobe(Declarations& in, ProbeArguments& arguments) {
  auto& options = arguments.options;
  auto& app = in.app();
  app.description("Says whether a service is healthy, by the document that it keeps in Redis.");
  app.option_defaults()->group("Which services");
  auto* all = add_flag(in, "--all", options.selection.all,
                       "every service that has ever beaten; those that vanished\nare missing")
                  ->envname("HEALTHPROBE_ALL");
  const auto common = declare_common(in, options);
  exclude(all, {common.services});
  app.option_defaults()->group("Which services");
  auto* instance = add_value(in, "--instance", "NAME", arguments.instance, read_service,
                             "one replica of the service; the variable is for\n"
                             "$HEARTBEAT_SERVICE alone")
                       ->default_str("all")
                       ->envname("HEARTBEAT_INSTANCE");

  app.option_defaults()->group("Output");
  auto* watch = add_flag(in, "--watch", options.watch,
                         "a table that is kept up to date, until q or Ctrl-C; of all\n"
                         "services where none is named; where the output is no\n"
                         "terminal, a log of changes")
                    ->envname("HEALTHPROBE_WATCH");
  arguments.output = add_value(
      in, "-o,--output", formats, options.format,
      [](const std::string& text) {
        return read_choice(text, formats).map([](std::size_t choice) {
          return static_cast<Format>(choice);
        });
      },
      "format of the output");
  arguments.output->default_str("text")->envname("HEALTHPROBE_OUTPUT");
  auto* write = add_value(in, "--write", "FILE", options.write, read_path,
                          "replace FILE by the output, at once and as a whole, and\n"
                          "print nothing")
                    ->default_str("standard output")
                    ->envname("HEALTHPROBE_WRITE");
  auto* quiet =
      add_flag(in, "-q,--quiet", options.quiet, "print no verdict")->envname("HEALTHPROBE_QUIET");
  auto* explain = add_flag(in, "--explain", arguments.explain,
                           "also print every setting with its source, and every step\n"
                           "with its time; on stderr unless the format is text")
                      ->envname("HEALTHPROBE_EXPLAIN");

  app.option_defaults()->group("Roster");
  auto* forget = add_value(in, "--forget", "NAME", options.forget, read_member,
                           "take a service, or a replica such as worker:1, off the\n"
                           "roster, and judge nothing; may be repeated")
                     ->take_all();

  exclude(instance, {all, common.scan});
  exclude(watch, {common.file, arguments.output, write, quiet, explain});
  exclude(forget, {common.services, common.scan, common.file, common.min_healthy, all, instance,
                   watch, arguments.output, write, quiet, explain});
  declare_help(app,
               "Exit status: 0 healthy (or let pass by an option), 1 everything else; -o nagios: "
               "0 to 3.");
}

}  // namespace probe
