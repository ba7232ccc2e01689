#include "core/reason.hpp"

namespace probe {

std::string_view to_string(Reason reason) noexcept {
  switch (reason) {
    case Reason::usage:
      return "usage";
    case Reason::dns:
      return "dns";
    case Reason::unreachable:
      return "unreachable";
    case Reason::timeout:
      return "timeout";
    case Reason::tls:
      return "tls";
    case Reason::auth:
      return "auth";
    case Reason::denied:
      return "denied";
    case Reason::loading:
      return "loading";
    case Reason::redis_error:
      return "redis-error";
    case Reason::missing:
      return "missing";
    case Reason::wrong_type:
      return "wrong-type";
    case Reason::too_large:
      return "too-large";
    case Reason::malformed:
      return "malformed";
    case Reason::no_expiry:
      return "no-expiry";
    case Reason::stale:
      return "stale";
    case Reason::foreign_host:
      return "foreign-host";
    case Reason::expect:
      return "expect";
    case Reason::unhealthy:
      return "unhealthy";
    case Reason::degraded:
      return "degraded";
    case Reason::starting:
      return "starting";
    case Reason::healthy:
      return "healthy";
  }
  return {};
}

std::string_view to_string(HealthStatus status) noexcept {
  switch (status) {
    case HealthStatus::healthy:
      return "healthy";
    case HealthStatus::starting:
      return "starting";
    case HealthStatus::degraded:
      return "degraded";
    case HealthStatus::unknown:
      return "unknown";
    case HealthStatus::unhealthy:
      return "unhealthy";
  }
  return {};
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
  switch (status) {
    case heartbeat::Status::healthy:
      return Reason::healthy;
    case heartbeat::Status::starting:
      return Reason::starting;
    case heartbeat::Status::degraded:
      return Reason::degraded;
    case heartbeat::Status::unhealthy:
      return Reason::unhealthy;
  }
  return Reason::malformed;
}

}  // namespace probe
