#pragma once

#include <sys/socket.h>

#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "redis/endpoint.hpp"
#include "redis/error.hpp"

namespace heartbeat::redis {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

/// `10.0.0.1:6379`, `[::1]:6379`, or the path of a unix socket.
std::string to_string(const Address& address);

/// Whether the host is an IP address.
bool is_numeric(const std::string& host);

/// All addresses of a host. An IP address and "localhost" need no lookup. A lookup blocks as long
/// as the system's resolver does; no deadline can interrupt it.
tl::expected<std::vector<Address>, Error> resolve(const Host& host);

/// Fails if the path is too long for a unix socket.
tl::expected<Address, Error> unix_address(const std::string& path);

}  // namespace heartbeat::redis
