#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <tl/expected.hpp>

#include "heartbeat/heartbeat.hpp"
#include "redis/endpoint.hpp"
#include "redis/environment.hpp"

namespace heartbeat {

/// Where Redis is, read anew: a password may have been rotated in its file.
using FindRedis = std::function<tl::expected<redis::Endpoint, std::string>()>;

/// A Config with every gap filled, and found to make sense.
struct ResolvedConfig {
  std::string service;
  std::string instance{};  ///< which replica; empty: there are none
  std::string key;
  std::string roster{};  ///< the key of the sorted set that lists all services
  std::string member{};  ///< what stands for this one in it
  FindRedis find_redis;
  std::string file{};  ///< absolute; empty: none
  std::chrono::milliseconds interval;
  std::chrono::seconds ttl;
  std::chrono::milliseconds start_grace;
  std::chrono::milliseconds stop_timeout;
};

/// Throws ConfigError, with one line that says which field or variable is wrong.
ResolvedConfig resolve(const Config& config, const redis::Environment& environment);

}  // namespace heartbeat
