#include <fmt/format.h>

#include <algorithm>

#include "cli/declare.hpp"
#include "cli/parse.hpp"
#include "document/names.hpp"

namespace probe {
namespace {

/// What the program is asked for where no service is named, or a UsageError.
void complete_selection(ProbeArguments& arguments, const CLI::App& app,
                        const heartbeat::redis::Environment& environment) {
  auto& options = arguments.options;
  auto& [services, all, scan, min_healthy] = options.selection;
  const bool is_argument_instance = is_argument(app, "instance");
  if (services.empty() && options.watch && !is_argument_instance) all = true;
  if (services.empty() && !all && options.forget.empty() && !options.file_alone)
    throw UsageError{std::string{no_service}};
  // $HEARTBEAT_INSTANCE is a replica of $HEARTBEAT_SERVICE: another service has replicas of other
  // names.
  const auto own = environment.variable("HEARTBEAT_SERVICE");
  const bool is_other =
      own && std::ranges::any_of(services, [&](const auto& name) { return name != *own; });
  if (arguments.instance.empty() || (is_other && !is_argument_instance)) return;
  for (auto& service : services) service = heartbeat::member_name(service, arguments.instance);
}

/// The error may be older than the reading of the variable.
bool is_for_nagios(const CLI::Option& output, const heartbeat::redis::Environment& environment) {
  const auto variable = environment.variable(output.get_envname().c_str());
  return (output.count() > 0 ? output.results().back() : variable.value_or("")) == "nagios";
}

tl::expected<ProbeArguments, EarlyExit> parsed(std::span<const char* const> arguments,
                                               const heartbeat::redis::Environment& environment,
                                               std::optional<std::span<const char* const>> words) {
  CLI::App app{"", "healthprobe"};
  Declarations declarations{app, words};
  ProbeArguments parsed;
  declare_healthprobe(declarations, parsed);
  try {
    parse(app, arguments, environment);
    complete(parsed.options, app, environment);
    complete_selection(parsed, app, environment);
    if (parsed.explain) parsed.options.explain = effective_options(app);
    return parsed;
  } catch (...) {
    const bool nagios = is_for_nagios(*parsed.output, environment);
    return tl::unexpected{early_exit(app, arguments, nagios)};
  }
}

}  // namespace

tl::expected<Options, EarlyExit> parse_options(std::span<const char* const> arguments,
                                               const heartbeat::redis::Environment& environment) {
  if (auto plain = plain_options(arguments, environment)) return *std::move(plain);
  // Errors and explanations know every option.
  if (!sets_option(environment))
    if (auto quick = parsed(arguments, environment, arguments); quick && !quick->explain)
      return std::move(quick->options);
  return options_by_parser(arguments, environment);
}

tl::expected<Options, EarlyExit> options_by_parser(
    std::span<const char* const> arguments, const heartbeat::redis::Environment& environment) {
  return parsed(arguments, environment, std::nullopt).map([](ProbeArguments&& all) {
    return std::move(all.options);
  });
}

}  // namespace probe
