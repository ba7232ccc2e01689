#pragma once

#include <vector>

#include "redis/config.hpp"
#include "redis/endpoint.hpp"
#include "render/explanation.hpp"

namespace probe {

/// Where Redis is and as whom it is asked; passwords come out as "***".
std::vector<EffectiveSetting> effective_endpoint(const heartbeat::redis::Endpoint& endpoint,
                                                 const heartbeat::redis::Origins& origins);

}  // namespace probe
