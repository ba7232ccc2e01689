#pragma once

#include <chrono>
#include <string>

namespace heartbeat {

/// The kernel's name for this boot of the machine; empty where it does not tell.
std::string this_boot();

/// How long ago it began, suspensions included: CLOCK_BOOTTIME.
std::chrono::milliseconds since_boot() noexcept;

}  // namespace heartbeat
