#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/verdict.hpp"
#include "redis/endpoint.hpp"
#include "redis/failure.hpp"
#include "redis/socket.hpp"

namespace probe {

/// The problem that a failure of the whole connection is to every service.
Problem problem_from(const heartbeat::redis::Error& error);

/// Connects and reads all keys in one round trip; those whose answers are
/// ambiguous once more. One answer for each key, in their order.
std::vector<Answer> ask(const std::vector<heartbeat::redis::Address>& addresses,
                        const heartbeat::redis::Endpoint& endpoint,
                        std::span<const std::string> keys,
                        const heartbeat::redis::Deadline& deadline);

}  // namespace probe
