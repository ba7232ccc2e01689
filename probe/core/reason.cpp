#include "core/reason.hpp"

#include <algorithm>
#include <array>

namespace probe {
namespace {

// In the order of the enumerators.
constexpr std::array<std::string_view, 23> reason_names{
    "usage",       "dns",       "unreachable",  "timeout",         "tls",
    "auth",        "denied",    "loading",      "redis-error",     "missing",
    "wrong-type",  "too-large", "malformed",    "foreign-service", "no-expiry",
    "age-unknown", "stale",     "foreign-host", "expect",          "unhealthy",
    "degraded",    "starting",  "healthy"};
constexpr std::array<std::string_view, 5> status_names{"healthy", "starting", "degraded", "unknown",
                                                       "unhealthy"};
static_assert(reason_names.size() == static_cast<std::size_t>(Reason::healthy) + 1);
static_assert(status_names.size() == static_cast<std::size_t>(HealthStatus::unhealthy) + 1);

}  // namespace

std::string_view to_string(Reason reason) noexcept {
  return reason_names[static_cast<std::size_t>(reason)];
}

std::string_view to_string(HealthStatus status) noexcept {
  return status_names[static_cast<std::size_t>(status)];
}

std::optional<Reason> reason_from(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(reason_names, name);
  if (found == reason_names.end()) return std::nullopt;
  return static_cast<Reason>(found - reason_names.begin());
}

HealthStatus health_status_of(Reason reason) noexcept {
  if (reason == Reason::healthy) return HealthStatus::healthy;
  if (reason == Reason::starting) return HealthStatus::starting;
  if (reason == Reason::degraded) return HealthStatus::degraded;
  return reason >= Reason::missing ? HealthStatus::unhealthy : HealthStatus::unknown;
}

bool is_redis_trouble(Reason reason) noexcept {
  return reason >= Reason::dns && reason <= Reason::redis_error;
}

Reason reason_of(heartbeat::Status status) noexcept {
  constexpr std::array reasons{Reason::healthy, Reason::starting, Reason::degraded,
                               Reason::unhealthy};
  return reasons[static_cast<std::size_t>(status)];
}

}  // namespace probe
