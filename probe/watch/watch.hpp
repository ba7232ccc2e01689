#pragma once

#include "cli/options.hpp"
#include "redis/config.hpp"

namespace probe {

/// Shows the services in a table that is kept up to date or, if stdout is no terminal, a log. Runs
/// until the key q, a signal or the end of stdout's reader; then ends the process with 0, or with 1
/// and a message if the settings of Redis are wrong or the output cannot be written.
[[noreturn]] void watch(const Options& options, const redis::Environment& environment);

}  // namespace probe
