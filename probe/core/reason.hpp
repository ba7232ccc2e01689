#pragma once

#include <optional>
#include <string_view>

#include "heartbeat/status.hpp"

namespace probe {

/// Why a verdict is what it is, in the order in which the causes are examined.
enum class Reason {
  usage,  ///< a wrong option or setting
  dns,    ///< from here to redis_error: Redis is unreachable or returned an error
  unreachable,
  timeout,
  tls,
  auth,
  denied,
  loading,
  redis_error,
  missing,
  wrong_type,
  too_large,
  malformed,
  foreign_service,  ///< the document names another service than its key or the one in question
  no_expiry,        ///< the key would stay when its writer is gone
  age_unknown,      ///< nothing tells the age that --max-age limits
  stale,            ///< the beat is older than its limit
  foreign_host,     ///< another host wrote the beat
  expect,           ///< an expectation does not hold
  unhealthy,        ///< from here on: the document's own status
  degraded,
  starting,
  healthy,
};

/// The status that a verdict states, from best to worst: the status of a document, or unknown.
enum class HealthStatus { healthy, starting, degraded, unknown, unhealthy };

/// The spelling in the output: `no-expiry`.
std::string_view to_string(Reason reason) noexcept;
std::string_view to_string(HealthStatus status) noexcept;
/// The reason of exactly that spelling.
std::optional<Reason> reason_from(std::string_view name) noexcept;

HealthStatus health_status_of(Reason reason) noexcept;

/// Whether the reason is that Redis is unreachable or returned an error.
bool is_redis_trouble(Reason reason) noexcept;

/// The reason of a verdict that is the document's own status.
Reason reason_of(heartbeat::Status status) noexcept;

}  // namespace probe
