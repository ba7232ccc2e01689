#pragma once

#include "command/inherited.hpp"
#include "command/options.hpp"

namespace heartbeat::command {

/// Beats for something that is not our child, by the tests of the options, until a signal asks this
/// process to end. Returns the exit status.
int watch(const BeatOptions& options, const redis::Environment& environment,
          const Inherited& inherited);

}  // namespace heartbeat::command
