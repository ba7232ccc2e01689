#pragma once

#include <cstdint>
#include <string>

namespace heartbeat::redis {

/// Where a Redis is, and as whom to speak to it.
struct Endpoint {
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  std::string unix_path{};  ///< not empty: a unix socket, and host and port do not count
  std::string username{};   ///< empty: the default user
  std::string password{};   ///< empty: no AUTH
  std::uint32_t database = 0;

  bool operator==(const Endpoint&) const = default;
};

/// `redis:6379` or `/run/redis.sock`: for messages, without secrets.
std::string to_string(const Endpoint& endpoint);

}  // namespace heartbeat::redis
