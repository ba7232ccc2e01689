#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "document/document.hpp"

namespace heartbeat {

/// The host's name; inside a container, the container's name.
std::string host_name();

/// The kernel's id of this boot of the machine; empty if /proc does not show it.
std::string boot_id();

/// The inode of a namespace of this process: `pid`, `net`. Nothing: /proc does not show it.
std::optional<std::uint64_t> namespace_inode(const char* kind);

/// When a living process started, in clock ticks since the boot. Nothing: no such process is shown.
std::optional<std::uint64_t> start_ticks(std::int64_t pid);

/// The parent of a process, also of one that has ended and whose parent does not know yet. Nothing:
/// no such process is shown.
std::optional<std::int64_t> parent_of(std::int64_t pid);

/// The duration of so many clock ticks.
std::chrono::milliseconds duration_of_ticks(std::uint64_t ticks) noexcept;

/// Time since this boot, suspensions included: CLOCK_BOOTTIME.
std::chrono::milliseconds time_since_boot() noexcept;

/// How long this machine has been suspended since its boot, exact to 10 ms.
std::chrono::nanoseconds suspended_since_boot() noexcept;

/// The wall clock, which may be set at any time.
WallTime wall_now() noexcept;

}  // namespace heartbeat
