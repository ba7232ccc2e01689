#pragma once

#include "command/child.hpp"
#include "command/options.hpp"

namespace heartbeat::command {

/// Runs the command of the options with beats, and ends this process as the command ended. Returns
/// the exit status if the command was not run.
int run_job(const BeatOptions& options, const redis::Environment& environment,
            const Inherited& inherited);

}  // namespace heartbeat::command
