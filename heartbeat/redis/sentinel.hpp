#pragma once

#include <tl/expected.hpp>

#include "redis/deadline.hpp"
#include "redis/endpoint.hpp"
#include "redis/failure.hpp"
#include "redis/observer.hpp"

namespace heartbeat::redis {

/// Asks the sentinels of the endpoint, one after the other, where its master is. The first answer
/// counts. Each sentinel gets its share of the time, and so does the master behind them.
tl::expected<Host, Error> find_master(const Endpoint& endpoint, const Deadline& deadline,
                                      Observer& observer);

}  // namespace heartbeat::redis
