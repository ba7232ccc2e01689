#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/roster.hpp"
#include "redis/client.hpp"
#include "redis/deadline.hpp"

namespace probe {

/// Reads whom the roster names, in any order; of one that is not there, nobody. Blocks until
/// the deadline at most, but for the resolver.
tl::expected<std::vector<std::string>, Problem> read_names(
    heartbeat::redis::Client& client, const std::string& prefix,
    const heartbeat::redis::Deadline& deadline);

/// The same, with when each did beat last: that costs Redis several times as much.
tl::expected<std::vector<Member>, Problem> read_roster(heartbeat::redis::Client& client,
                                                       const std::string& prefix,
                                                       const heartbeat::redis::Deadline& deadline);

}  // namespace probe
