#include "cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/declare.hpp"
#include "document/names.hpp"
#include "redis/error.hpp"
#include "redis/url.hpp"

namespace probe {
namespace {

/// Whether a variable of an option is set, except those of the connection, prefix and service.
bool sets_option(const redis::Environment& environment) {
  constexpr std::array other_variables{
      "HEARTBEAT_FILE",       "HEARTBEAT_INSTANCE",       "HEARTBEAT_TTL",
      "HEALTHPROBE_ALL",      "HEALTHPROBE_DEGRADED_OK",  "HEALTHPROBE_EXPECT",
      "HEALTHPROBE_EXPECTED", "HEALTHPROBE_FORGET_AFTER", "HEALTHPROBE_EXPLAIN",
      "HEALTHPROBE_MAX_AGE",  "HEALTHPROBE_MIN_HEALTHY",  "HEALTHPROBE_ON_REDIS_ERROR",
      "HEALTHPROBE_OUTPUT",   "HEALTHPROBE_OWN",          "HEALTHPROBE_QUIET",
      "HEALTHPROBE_SCAN",     "HEALTHPROBE_STARTING_OK",  "HEALTHPROBE_TIMEOUT",
      "HEALTHPROBE_WATCH",    "HEALTHPROBE_WRITE"};
  return std::ranges::any_of(other_variables, [&](const char* variable) {
    return environment.variable(variable).has_value();
  });
}

/// Silences alone name replicas as they are shown, `worker:1`. Throws UsageError.
void refuse_replicas(const CommonOptions& options, const CLI::App& app) {
  for (const auto& name : options.selection.services)
    if (const auto service = read_service(name); !service)
      throw invalid_value(origin(app, *app.get_option("SERVICE")), name, service.error());
}

/// Derives what depends on several options: unique services, file_alone, the warning.
void complete(CommonOptions& options, const CLI::App& app, const redis::Environment& environment) {
  auto& services = options.selection.services;
  std::vector<std::string> once;
  for (auto& name : services)
    if (std::ranges::find(once, name) == once.end()) once.push_back(std::move(name));
  services = std::move(once);
  options.selection.all = options.selection.all || options.selection.scan;
  const bool is_file_asked_for =
      is_argument(app, "file") && options.redis_url.empty() && !redis::names_redis(environment);
  options.file_alone = !options.file.empty() &&
                       (is_file_asked_for || redis::source_of_none(environment, options.redis_url));
  if (options.selection.all && options.file_alone)
    throw UsageError{fmt::format("--file without a Redis cannot be combined with {}",
                                 options.selection.scan ? "--scan" : "--all")};
  options.warning = warning_about_password(app, options.redis_url);
}

/// Derives the services if no argument names them, and adds the instance. Throws UsageError.
void complete_selection(ProbeArguments& arguments, const CLI::App& app,
                        const redis::Environment& environment) {
  auto& options = arguments.options;
  auto& services = options.selection.services;
  auto& all = options.selection.all;
  const bool is_argument_instance = is_argument(app, "instance");
  if (services.empty() && (options.watch || !options.selection.expected.empty()) &&
      !is_argument_instance)
    all = true;
  const bool is_known_format = options.format == Format::text || options.format == Format::json;
  if ((options.history || options.silences) && !is_known_format)
    throw UsageError{fmt::format("{} has only the output formats text and json",
                                 options.history ? "--history" : "--silences")};
  const bool silences = options.silence || options.unsilence;
  if (!silences) refuse_replicas(options, app);
  if (!options.reason.empty() && !options.silence) throw UsageError{"--reason needs --silence"};
  if (services.empty() && !all && options.forget.empty() && !options.file_alone &&
      !options.silences)
    throw UsageError{std::string{no_service}};
  // $HEARTBEAT_INSTANCE names a replica of $HEARTBEAT_SERVICE and of no other service.
  const auto own = environment.variable("HEARTBEAT_SERVICE");
  const bool is_other =
      own && std::ranges::any_of(services, [&](const auto& name) { return name != *own; });
  if (arguments.instance.empty() || (is_other && !is_argument_instance)) return;
  for (auto& service : services) service = heartbeat::member_name(service, arguments.instance);
}

/// --checks and --watch know text and JSON. A variable of another format is ignored, and with
/// --watch that of any: it shows its table. Throws UsageError.
void settle_format(ProbeArguments& arguments, const CLI::App& app) {
  auto& options = arguments.options;
  if (!options.checks && !options.watch) return;
  const bool is_argument_format = is_argument(app, "output");
  const bool is_known = options.format == Format::text || options.format == Format::json;
  if (is_argument_format && !is_known)
    throw UsageError{fmt::format("{} cannot be combined with --output {}",
                                 options.watch ? "--watch" : "--checks",
                                 arguments.output->results().back())};
  if (!is_known || (options.watch && !is_argument_format)) options.format = Format::text;
}

/// Reads the variable itself: the error may have come before variables were read.
bool is_for_nagios(const CLI::Option& output, const redis::Environment& environment) {
  const auto variable = environment.variable(output.get_envname().c_str());
  return (output.count() > 0 ? output.results().back() : variable.value_or("")) == "nagios";
}

tl::expected<ProbeArguments, EarlyExit> parsed(CommandLine arguments,
                                               const redis::Environment& environment,
                                               std::optional<CommandLine> words) {
  CLI::App app{"", "healthprobe"};
  Declarations declarations{app, words};
  ProbeArguments parsed;
  declare_healthprobe(declarations, parsed);
  try {
    parse(app, arguments, environment);
    complete(parsed.options, app, environment);
    complete_selection(parsed, app, environment);
    settle_format(parsed, app);
    if (parsed.explain) parsed.options.explain = effective_options(app);
    return parsed;
  } catch (...) {
    const bool nagios = is_for_nagios(*parsed.output, environment);
    return tl::unexpected{early_exit(app, arguments, nagios)};
  }
}

}  // namespace

std::string warning_about_password(const CLI::App& app, const std::string& url) {
  if (url.empty()) return {};  // parse_url() would throw inside, which takes 2 ms
  const auto endpoint = redis::parse_url(url);
  if (!endpoint || !redis::Redactor{*endpoint}.has_secrets()) return {};
  return fmt::format(
      "{}: warning: arguments are public (ps, docker events): give the password of "
      "--redis in HEARTBEAT_REDIS_URL or REDIS_PASSWORD_FILE\n",
      app.get_name());
}

tl::expected<Options, EarlyExit> parse_options(CommandLine arguments,
                                               const redis::Environment& environment) {
  if (auto plain = plain_options(arguments, environment)) return *std::move(plain);
  // An error message and --explain need every option: they are made with all of them. No word names
  // the option of a variable.
  if (!sets_option(environment) && !environment.variable("HEARTBEAT_PREFIX"))
    if (auto quick = parsed(arguments, environment, arguments); quick && !quick->explain)
      return std::move(quick->options);
  return options_by_parser(arguments, environment);
}

tl::expected<Options, EarlyExit> options_by_parser(CommandLine arguments,
                                                   const redis::Environment& environment) {
  return parsed(arguments, environment, std::nullopt).map([](ProbeArguments&& all) {
    return std::move(all.options);
  });
}

tl::expected<BoardOptions, EarlyExit> parse_board_options(CommandLine arguments,
                                                          const redis::Environment& environment) {
  CLI::App app{"", "healthboard"};
  BoardOptions options;
  Declarations declarations{app};
  declare_healthboard(declarations, options);
  try {
    parse(app, arguments, environment);
    complete(options, app, environment);
    refuse_replicas(options, app);
    auto& selection = options.selection;
    selection.all = selection.all || (selection.services.empty() && !options.file_alone);
    return options;
  } catch (...) {
    return tl::unexpected{early_exit(app, arguments)};
  }
}

std::optional<Options> plain_options(CommandLine arguments, const redis::Environment& environment) {
  if (sets_option(environment)) return std::nullopt;
  Options options;
  auto& services = options.selection.services;
  for (const auto* word : arguments.subspan(std::min<std::size_t>(1, arguments.size()))) {
    if (word[0] == '-' || !read_service(word)) return std::nullopt;
    if (std::ranges::find(services, word) == services.end()) services.emplace_back(word);
  }
  if (auto name = services.empty() ? environment.variable("HEARTBEAT_SERVICE") : std::nullopt)
    services.push_back(*std::move(name));
  auto prefix = read_prefix(
      environment.variable("HEARTBEAT_PREFIX").value_or(std::string{heartbeat::default_prefix}));
  if (!prefix || services.empty() || !read_service(services.front())) return std::nullopt;
  options.acceptance.prefix = *std::move(prefix);
  return options;
}

}  // namespace probe
