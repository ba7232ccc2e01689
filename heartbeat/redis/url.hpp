#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

/// Reads redis://[[user]:password@]host[:port][/database] and
/// unix://[[user]:password@]/path[?db=N], as redis-py's from_url does: user
/// information ends at the last '@', user and password part at the first ':',
/// '%41' is decoded, '+' is not, a host may be "[::1]", `?db=` wins over the path,
/// other options are ignored. The error never holds the password.
tl::expected<Endpoint, std::string> parse_url(std::string_view url);

}  // namespace heartbeat::redis
