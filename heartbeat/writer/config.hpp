#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <tl/expected.hpp>

#include "heartbeat/heartbeat.hpp"
#include "redis/config.hpp"
#include "redis/endpoint.hpp"

namespace heartbeat {

inline constexpr std::chrono::milliseconds min_interval{100};
inline constexpr std::chrono::milliseconds max_interval = std::chrono::hours{1};

/// Called for every connection, because a password may have changed in its file.
using FindRedis = std::function<tl::expected<redis::Endpoint, std::string>()>;

/// A Config with the environment and the defaults filled in, and validated.
struct ResolvedConfig {
  std::string service;
  std::string instance{};   ///< the replica's name; empty: the service has no replicas
  std::string key;          ///< of the document
  std::string roster{};     ///< the key of the roster
  std::string member{};     ///< this service or replica in the roster
  bool is_by_host = false;  ///< the instance's name came from the host's
  FindRedis find_redis;     ///< empty: there is no Redis
  std::string no_redis{};   ///< why there is none: `HEARTBEAT_REDIS_URL is none`
  std::string file{};       ///< an absolute path; empty: no file
  std::chrono::milliseconds interval;
  std::chrono::seconds ttl;
  std::chrono::milliseconds start_grace;
  std::chrono::milliseconds stop_timeout;
  bool log_changes = false;
};

/// Throws ConfigError; its one line names the field or variable that is wrong.
ResolvedConfig resolve(const Config& config, const redis::Environment& environment);

}  // namespace heartbeat
