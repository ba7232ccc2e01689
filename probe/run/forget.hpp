#pragma once

#include <chrono>

#include "cli/options.hpp"
#include "redis/config.hpp"

namespace probe {

/// Removes the services of --forget from the roster and prints what it did. Returns the exit
/// status: 0 if all of them were on the roster. Blocks until the options' timeout has passed since
/// `started` at most; then it ends the process.
int forget(const Options& options, const heartbeat::redis::Environment& environment,
           std::chrono::steady_clock::time_point started);

}  // namespace probe
