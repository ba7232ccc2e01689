#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "cli/cli11.hpp"
#include "cli/options.hpp"

namespace probe {

/// Parses the arguments, the program's name first, then the variables of the options that they
/// leave out. Throws UsageError, or what CLI11 throws.
void parse(CLI::App& app, std::span<const char* const> arguments,
           const heartbeat::redis::Environment& environment);

/// Whether the option is among the arguments, `name` without its hyphens.
bool is_argument(const CLI::App& app, std::string_view name);

/// How the program ends after the exception that is being handled: --help and --version win over
/// every error, and CLI11's own errors are put into our words. Nagios reads an error on stdout.
EarlyExit early_exit(const CLI::App& app, std::span<const char* const> arguments,
                     bool is_for_nagios = false);

/// Every option with the value that is in force; the address of Redis is left out.
std::vector<EffectiveSetting> effective_options(const CLI::App& app);

/// Checks and derives what no single option tells: whether only the file is read, the warning
/// about a password, each service once.
void complete(CommonOptions& options, const CLI::App& app,
              const heartbeat::redis::Environment& environment);

}  // namespace probe
