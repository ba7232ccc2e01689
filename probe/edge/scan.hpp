#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/verdict.hpp"
#include "redis/client.hpp"
#include "redis/deadline.hpp"

namespace probe {

/// Finds the services by their keys, in any order, each once: those of writers that keep no
/// roster, too. Walks over the whole database with SCAN, in many short steps; of a cluster, over
/// that of one node. Blocks until the deadline at most, but for the resolver.
tl::expected<std::vector<std::string>, Problem> scan_names(
    heartbeat::redis::Client& client, const std::string& prefix,
    const heartbeat::redis::Deadline& deadline);

}  // namespace probe
