#pragma once

#include <tl/expected.hpp>

#include "redis/deadline.hpp"
#include "redis/dial.hpp"
#include "redis/endpoint.hpp"
#include "redis/failure.hpp"
#include "redis/observer.hpp"
#include "redis/redactor.hpp"

namespace heartbeat::redis {

/// A line to the Redis of the endpoint: to its unix socket, to the first of its
/// hosts that answers, or to the master that its sentinels name.
tl::expected<Line, Error> reach(const Endpoint& endpoint, const Redactor& redactor,
                                const Deadline& deadline, Observer& observer);

}  // namespace heartbeat::redis
