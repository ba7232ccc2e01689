#pragma once

#include "cli/options.hpp"
#include "redis/config.hpp"

namespace probe {

/// Shows the services in a table that is kept up to date. If stdout is not a terminal, or a dumb
/// one, it logs changes instead. Runs until the key q, a signal or the end of stdout's reader; then
/// ends the process with exit status 0. Ends the process with 1, and a message on stderr, if the
/// settings of Redis are wrong or the output cannot be written.
[[noreturn]] void watch(const Options& options, const heartbeat::redis::Environment& environment);

}  // namespace probe
