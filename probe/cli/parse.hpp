#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "cli/cli11.hpp"
#include "cli/options.hpp"

namespace probe {

/// Parses the arguments, of which the first is the program's name, then the variables of the
/// options that are not among the arguments. Throws UsageError or an exception of CLI11.
void parse(CLI::App& app, std::span<const char* const> arguments,
           const heartbeat::redis::Environment& environment);

/// Whether the option is among the arguments. `name` is without its hyphens.
bool is_argument(const CLI::App& app, std::string_view name);

/// How the program ends after the exception that is being handled. --help and --version win over
/// every error. An error for Nagios goes to stdout.
EarlyExit early_exit(const CLI::App& app, std::span<const char* const> arguments,
                     bool is_for_nagios = false);

/// Every option with the value that is in force, except the URL of Redis.
std::vector<EffectiveSetting> effective_options(const CLI::App& app);

}  // namespace probe
