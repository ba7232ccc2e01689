#pragma once

#include <chrono>

#include "cli/options.hpp"
#include "redis/config.hpp"

namespace probe {

/// Takes the options' services off the roster and says so; returns the exit status: 0 when all
/// of them stood on it. Ends the process by itself when the options' timeout has
/// passed since `started`.
int forget(const Options& options, const heartbeat::redis::Environment& environment,
           std::chrono::steady_clock::time_point started);

}  // namespace probe
