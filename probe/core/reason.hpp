#pragma once

#include <string_view>

#include "heartbeat/status.hpp"

namespace probe {

/// Why the verdict is what it is, in the order in which the causes are looked for.
enum class Reason {
  usage,  ///< wrongly called or configured
  dns,    ///< from here to redis_error: Redis could not be asked, or refused
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
  no_expiry,     ///< the key would outlive its writer
  stale,         ///< the beat is older than its limit
  foreign_host,  ///< another host wrote the beat
  expect,        ///< an expectation does not hold
  unhealthy,     ///< from here on: the document's own status
  degraded,
  starting,
  healthy,
};

/// The verdict in one word, from best to worst.
enum class Word { healthy, starting, degraded, unknown, unhealthy };

/// As the output spells it: `no-expiry`.
std::string_view to_string(Reason reason) noexcept;
std::string_view to_string(Word word) noexcept;

/// The verdict that follows from a reason.
Word word_of(Reason reason) noexcept;

/// Redis could not be asked, or refused.
bool is_redis_trouble(Reason reason) noexcept;

/// The reason when nothing stands against the document's own status.
Reason reason_of(heartbeat::Status status) noexcept;

}  // namespace probe
