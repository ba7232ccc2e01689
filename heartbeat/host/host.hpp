#pragma once

#include <chrono>
#include <string>

#include "document/document.hpp"

namespace heartbeat {

/// The host's name; inside a container, the container's name.
std::string host_name();

/// The kernel's id of this boot of the machine; empty if /proc does not show it.
std::string boot_id();

/// Time since this boot, suspensions included: CLOCK_BOOTTIME.
std::chrono::milliseconds time_since_boot() noexcept;

/// How long this machine has been suspended since its boot, exact to 10 ms.
std::chrono::nanoseconds suspended_since_boot() noexcept;

/// The wall clock, which may be set at any time.
WallTime wall_now() noexcept;

}  // namespace heartbeat
