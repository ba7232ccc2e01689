#pragma once

#include <sys/socket.h>

#include <string>
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

bool is_numeric(const std::string& host);

/// All addresses. No deadline can interrupt a lookup, which an IP address and "localhost" avoid.
Result<std::vector<Address>> resolve(const Host& host);

/// Fails if the path is too long for a unix socket.
Result<Address> unix_address(const std::string& path);

}  // namespace heartbeat::redis
