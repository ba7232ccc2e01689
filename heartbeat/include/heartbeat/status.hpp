#pragma once

#include <optional>
#include <string_view>

namespace heartbeat {

/// The status of a service, from best to worst: a worse status compares greater.
enum class Status {
  healthy,
  starting,   ///< a critical check waits for data, or there is no check and no report
  degraded,   ///< a warning check fails
  unhealthy,  ///< a critical check fails
};

enum class Severity {
  warning,   ///< failing makes the service degraded
  critical,  ///< failing makes the service unhealthy
};

std::string_view to_string(Status status) noexcept;
std::string_view to_string(Severity severity) noexcept;

/// The status with that exact, lower-case name.
std::optional<Status> status_from(std::string_view name) noexcept;

}  // namespace heartbeat
