#pragma once

#include <string>
#include <vector>

#include "core/explanation.hpp"
#include "edge/command_line.hpp"
#include "redis/endpoint.hpp"
#include "redis/environment.hpp"

namespace probe {

/// Every option with the value that is in force, the address of Redis excepted.
std::vector<EffectiveSetting> effective_options(const CommandLine& line,
                                                const heartbeat::redis::Environment& environment);

/// Where Redis is and as whom it is asked; passwords come out as "***".
std::vector<EffectiveSetting> effective_endpoint(const heartbeat::redis::Endpoint& endpoint,
                                                 const heartbeat::redis::Origins& origins);

}  // namespace probe
