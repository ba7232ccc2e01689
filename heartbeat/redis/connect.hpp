#pragma once

#include <optional>
#include <tl/expected.hpp>

#include "redis/deadline.hpp"
#include "redis/endpoint.hpp"
#include "redis/error.hpp"
#include "redis/progress.hpp"
#include "redis/transport.hpp"

namespace heartbeat::redis {

/// Connects to the Redis of the endpoint: to its unix socket, to the first of its hosts that
/// accepts, or to the master that its sentinels name. Each host and each address gets its share of
/// the time, so that one that swallows everything does not hide the next. The error names every
/// address tried.
tl::expected<Transport, Error> connect(const Endpoint& endpoint, const Deadline& deadline,
                                       ProgressListener& listener);

/// Connects to the first address of the host that accepts, with TLS if `tls` says how.
tl::expected<Transport, Error> connect(const Host& host, const std::optional<Tls>& tls,
                                       const Deadline& deadline, ProgressListener& listener);

}  // namespace heartbeat::redis
