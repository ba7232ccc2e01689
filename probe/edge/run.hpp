#pragma once

#include <chrono>

#include "edge/options.hpp"
#include "redis/environment.hpp"

namespace probe {

/// Asks, judges and prints; returns the exit status. Ends the process by itself
/// when the options' timeout has passed since `started`.
int run(const Options& options, const heartbeat::redis::Environment& environment,
        std::chrono::steady_clock::time_point started);

}  // namespace probe
