#pragma once

#include <chrono>

#include "command/options.hpp"
#include "writer/config.hpp"

namespace heartbeat::command {

/// Writes the one document of `beat` or `stop`. Returns the exit status; ends the process itself
/// when the options' timeout has passed since `started`.
int beat_once(const BeatOptions& options, const redis::Environment& environment,
              std::chrono::steady_clock::time_point started);

/// The configuration of a writer with the options' Redis, prefix and service. Throws ConfigError.
ResolvedConfig resolved(const BeatOptions& options, const redis::Environment& environment);

}  // namespace heartbeat::command
