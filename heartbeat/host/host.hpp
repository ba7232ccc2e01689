#pragma once

#include <chrono>
#include <string>

#include "document/document.hpp"

/// Facts about this machine, and its clocks.
namespace heartbeat {

/// The host's name; of a container, the container's.
std::string host_name();

/// The kernel's id of this boot of the machine; empty where /proc does not tell.
std::string boot_id();

/// Time since this boot, suspensions included: CLOCK_BOOTTIME.
std::chrono::milliseconds time_since_boot() noexcept;

/// How long this machine has been suspended since its boot: by how much CLOCK_BOOTTIME is ahead
/// of CLOCK_MONOTONIC. Exact to 10 ms.
std::chrono::nanoseconds suspended_since_boot() noexcept;

/// The wall clock, which may be set at any time.
WallTime wall_now() noexcept;

}  // namespace heartbeat
