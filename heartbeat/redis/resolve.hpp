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

/// The host is an IP address and needs no lookup.
bool is_numeric(const std::string& host);

/// All addresses of a host. An IP address and "localhost" need no lookup. The lookup of a name
/// blocks as long as the resolver does; no deadline shortens it.
tl::expected<std::vector<Address>, Error> resolve(const Host& host);

tl::expected<Address, Error> unix_address(const std::string& path);

}  // namespace heartbeat::redis
