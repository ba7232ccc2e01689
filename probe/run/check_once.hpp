#pragma once

#include <chrono>

#include "cli/options.hpp"
#include "redis/config.hpp"

namespace probe {

/// Reads and judges the options' services, prints the verdicts, and returns the exit status. Blocks
/// until the options' timeout has passed since `started` at most; then it ends the process.
int check_once(const Options& options, const heartbeat::redis::Environment& environment,
               std::chrono::steady_clock::time_point started);

}  // namespace probe
