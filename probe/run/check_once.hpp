#pragma once

#include <chrono>

#include "cli/options.hpp"
#include "redis/config.hpp"

namespace probe {

/// Reads and judges the options' services, prints the verdicts, and returns the exit status. Ends
/// the process by itself when the options' timeout has passed since `started`.
int check_once(const Options& options, const heartbeat::redis::Environment& environment,
               std::chrono::steady_clock::time_point started);

}  // namespace probe
