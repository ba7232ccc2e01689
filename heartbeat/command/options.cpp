#include "command/options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document/document.hpp"

namespace heartbeat::command {
namespace {

using probe::Parsed;
using probe::UsageError;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace std::chrono_literals;

constexpr int max_arguments = 1 << 20;
constexpr auto max_timeout = 1h;
constexpr auto max_ttl = hours{24 * 366};
constexpr const char* actions = "beat|stop|run|watch|send";              // in the order of Action
constexpr const char* statuses = "healthy|degraded|unhealthy|starting";  // as enum_from() reads

/// An option that only these actions have.
struct OwnOption {
  const char* name;
  std::string_view actions;
};
constexpr OwnOption own_options[] = {{"status", "beat"},
                                     {"reason", "beat"},
                                     {"ttl", "beat|stop"},
                                     {"timeout", "beat|stop"},
                                     {"every", "run"},
                                     {"due", "run"},
                                     {"calendar", "run"},
                                     {"grace", "run"},
                                     {"limit", "run"},
                                     {"linger", "run"},
                                     {"rule", "run"},
                                     {"line", "run"},
                                     {"rules", "run"},
                                     {"notify", "run"},
                                     {"watchdog", "run"},
                                     {"test", "run|watch"},
                                     {"test-every", "run|watch"},
                                     {"test-limit", "run|watch"}};

Parsed<std::string> read_text(const std::string& text) { return text; }

Parsed<Action> read_action(const std::string& text) {
  return probe::read_choice(text, actions).map([](std::size_t choice) {
    return static_cast<Action>(choice);
  });
}

Parsed<Status> read_status(const std::string& text) {
  return probe::read_choice(text, statuses).map([&](std::size_t) {
    return enum_from<Status>(text).value_or(Status::healthy);
  });
}

Parsed<seconds> read_ttl(const std::string& text) {
  const auto ttl = probe::read_duration(text, max_ttl);
  if (!ttl) return tl::unexpected{ttl.error()};
  if (*ttl % 1s != 0ms)
    return tl::unexpected{std::string{"has a fraction (accepted: whole seconds)"}};
  return std::chrono::duration_cast<seconds>(*ttl);
}

Parsed<Rule> parse_rule_option(const std::string& text) { return parse_rule(text); }
Parsed<LineMark> parse_line_option(const std::string& text) { return parse_line_mark(text); }
Parsed<CommandTest> parse_test_option(const std::string& text) { return parse_test(text); }

/// Throws UsageError.
void refuse_options_of_other_actions(const CLI::App& app, const std::string& action) {
  for (const auto& option : own_options)
    if (probe::is_argument(app, option.name) && !probe::read_choice(action, option.actions))
      throw UsageError{fmt::format("--{} cannot be combined with {}", option.name, action)};
}

bool has_arguments(const CLI::App& app, const std::string& positional) {
  return std::ranges::count(app.parse_order(), app.get_option(positional)) > 0;
}

/// Throws UsageError.
void complete(BeatArguments& arguments, const CLI::App& app) {
  auto& options = arguments.options;
  if (arguments.action.empty())
    throw UsageError{"no action given (accepted: beat, stop, run, watch, send)"};
  const auto action = read_action(arguments.action);
  if (!action) throw probe::invalid_value("action", arguments.action, action.error());
  options.action = *action;
  refuse_options_of_other_actions(app, arguments.action);
  if (options.action == Action::send) {
    if (!options.command.empty()) throw UsageError{"only run has a command after --"};
    if (has_arguments(app, "NAME"))  // not a variable
      options.message = fmt::format("{}", fmt::join(arguments.names, " "));
    return;
  }
  if (arguments.names.empty()) throw UsageError{std::string{probe::no_service}};
  if (arguments.names.size() > 1)
    throw UsageError{
        fmt::format("only one name is accepted ('{}' follows '{}'{})",
                    probe::shown(arguments.names[1]), probe::shown(arguments.names[0]),
                    options.action == Action::run ? "; the command comes after --" : "")};
  if ((options.action == Action::run) != !options.command.empty())
    throw UsageError{options.command.empty() ? "run needs a command after --"
                                             : "only run has a command after --"};
  if (options.action == Action::watch && options.tests.empty())
    throw UsageError{"watch needs --test"};
  for (const char* name : {"test-every", "test-limit"})
    if (probe::is_argument(app, name) && options.tests.empty())
      throw UsageError{fmt::format("--{} needs --test", name)};
  if (!options.calendar.empty() && options.due.empty()) throw UsageError{"--calendar needs --due"};
  const auto name = probe::read_service(arguments.names.front());
  if (!name) throw probe::invalid_value("service", arguments.names.front(), name.error());
  options.service = *name;
  options.warning = probe::warning_about_password(app, options.redis_url);
}

}  // namespace

void declare_healthbeat(probe::Declarations& in, BeatArguments& arguments) {
  using probe::add_value;
  auto& options = arguments.options;
  auto& app = in.app();
  app.description(
      "Beats for programs that cannot link the library.\n"
      "  healthbeat beat [OPTIONS] NAME                   writes one beat\n"
      "  healthbeat stop [OPTIONS] NAME                   writes a last one\n"
      "  healthbeat run [OPTIONS] NAME -- COMMAND...      runs the command, and beats for it\n"
      "  healthbeat watch [OPTIONS] NAME --test ...       tests something, and beats for it\n"
      "  healthbeat send [MESSAGE]                        tells run, from its command");
  app.option_defaults()->group("What to do");
  add_value(in, "ACTION", actions, arguments.action, read_text,
            "beat: write one beat; stop: write a last one;\n"
            "run: run a command; watch: test something that runs\n"
            "elsewhere; send: tell run something");
  // A number of words, not "any number": CLI11 would split `[a,b]` into two.
  add_value(in, "NAME", "", arguments.names, read_text, "name of the service")
      ->take_all()
      ->expected(max_arguments)
      ->envname("HEARTBEAT_SERVICE");

  app.option_defaults()->group("beat");
  add_value(in, "--status", statuses, options.status, read_status, "status of the service")
      ->default_str("healthy");
  add_value(in, "--reason", "TEXT", options.reason, read_text,
            "the status in words; passwords in it are masked")
      ->default_str("none");
  add_value(in, "--ttl", "DURATION", options.ttl, read_ttl,
            "how long the beat counts, in whole seconds; the service\n"
            "is missing without another one in this time")
      ->default_str("60s")
      ->envname("HEARTBEAT_TTL");

  app.option_defaults()->group("run");
  auto* every = add_value(in, "--every", "DURATION", options.every, probe::duration_up_to(max_ttl),
                          "time from one start to the next")
                    ->default_str("24h");
  auto* due = add_value(in, "--due", "'DAYS HH:MM ZONE'", options.due, read_text,
                        "when the runs begin, such as 'Mon-Fri 16:00 Asia/Kolkata';\n"
                        "several are separated by commas, before the zone")
                  ->default_str("none");
  every->excludes(due);
  due->excludes(every);
  add_value(in, "--calendar", "FILE", options.calendar, probe::read_path,
            "holidays, a date such as 2026-01-26 in each line: nothing\n"
            "is due on them")
      ->default_str("none");
  add_value(in, "--grace", "DURATION", options.grace, probe::duration_up_to(max_ttl),
            "how long after its due time a run that has not begun is\n"
            "missing")
      ->default_str("10 % of the time between two runs");
  add_value(in, "--limit", "DURATION", options.limit, probe::duration_up_to(max_ttl),
            "a longer run is degraded")
      ->default_str("none");
  add_value(in, "--linger", "DURATION", options.linger, probe::duration_up_to(max_timeout),
            "how long to try to write the result after the command has\n"
            "ended")
      ->default_str("60s");
  add_value(in, "--rule", "'SOURCE CONDITION SEVERITY'", options.rules, parse_rule_option,
            "a check, such as 'ticks within 60s critical'; messages of\n"
            "the command and --line feed it; may be repeated")
      ->take_all()
      ->default_str("none");
  add_value(in, "--line", "'SOURCE=TEXT'", options.lines, parse_line_option,
            "each line of output with the text is an event of the\n"
            "source; 'SOURCE=/PATTERN/' takes a pattern (RE2); may be\n"
            "repeated")
      ->take_all()
      ->default_str("none");
  add_value(in, "--rules", "FILE", options.rules_file, probe::read_path,
            "JSON with more: {\"rules\": [RULE...], \"lines\": [LINE...]}")
      ->default_str("none");
  add_flag(in, "--notify", options.notifies,
           "the command speaks sd_notify: it is starting until READY=1");
  add_value(in, "--watchdog", "DURATION", options.watchdog, probe::duration_up_to(max_ttl),
            "the command must say WATCHDOG=1 to sd_notify within this\n"
            "time, which it finds in WATCHDOG_USEC")
      ->default_str("none");

  app.option_defaults()->group("run and watch");
  add_value(in, "--test", "'NAME=COMMAND'", options.tests, parse_test_option,
            "a check: a line of the shell that must end with status 0,\n"
            "such as 'database=pg_isready -h db'; 'NAME warning=COMMAND'\n"
            "is not critical; may be repeated")
      ->take_all()
      ->default_str("none");
  add_value(in, "--test-every", "DURATION", options.polling.every, probe::duration_up_to(max_ttl),
            "pause between two runs of a test")
      ->default_str("10s");
  add_value(in, "--test-limit", "DURATION", options.polling.limit,
            probe::duration_up_to(max_timeout), "a test that takes longer is killed, and fails")
      ->default_str("5s");

  app.option_defaults()->group("Where the documents are");
  probe::declare_redis_url(in, options.redis_url);
  probe::declare_prefix(in, options.prefix);
  add_value(in, "-t,--timeout", "DURATION", options.timeout, probe::duration_up_to(max_timeout),
            "time limit of beat and stop as a whole, with the name lookup")
      ->default_str("2s")
      ->envname("HEALTHBEAT_TIMEOUT");
  probe::declare_help(
      app,
      "Exit status: of run, that of the command, or 125 for wrong usage; of beat and stop,\n"
      "0 Redis has the beat; of watch, 0 a signal ended it; of send, 0 it is sent;\n"
      "1 everything else.");
}

tl::expected<BeatOptions, probe::EarlyExit> parse_beat_options(
    probe::CommandLine arguments, const redis::Environment& environment) {
  CLI::App app{"", "healthbeat"};
  BeatArguments parsed;
  const auto separator = std::ranges::find(arguments, std::string_view{"--"});
  if (separator != arguments.end()) parsed.options.command.assign(separator + 1, arguments.end());
  arguments = {arguments.begin(), separator};
  probe::Declarations declarations{app};
  declare_healthbeat(declarations, parsed);
  try {
    probe::parse(app, arguments, environment);
    complete(parsed, app);
    return parsed.options;
  } catch (...) {
    auto exit = probe::early_exit(app, arguments);
    if (exit.is_error && parsed.action == "run") exit.exit_status = not_run;
    return tl::unexpected{std::move(exit)};
  }
}

}  // namespace heartbeat::command
