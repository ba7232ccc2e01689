#pragma once

#include <vector>

#include "redis/config.hpp"
#include "redis/endpoint.hpp"
#include "render/render.hpp"

namespace probe {

/// The settings of the connection to Redis. A password is shown as "***".
std::vector<EffectiveSetting> effective_endpoint(const heartbeat::redis::Endpoint& endpoint,
                                                 const heartbeat::redis::Origins& origins);

}  // namespace probe
