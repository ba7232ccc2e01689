#pragma once

#include <span>

#include "core/verdict.hpp"

namespace probe {

/// Which verdicts pass besides healthy.
struct ExitPolicy {
  bool degraded = false;
  bool starting = false;
  bool redis_trouble = false;  ///< any problem with Redis, but not a usage error
};

/// The exit status for Docker and for scripts: 0 if there are verdicts and all of them pass,
/// otherwise 1. Never 2, which Docker reserves.
int exit_status(std::span<const Verdict> verdicts, const ExitPolicy& exit_policy) noexcept;
int exit_status(const Verdict& verdict, const ExitPolicy& exit_policy) noexcept;

/// The exit status for Nagios: 0 OK for a verdict that passes, 1 WARNING for degraded and
/// starting, 2 CRITICAL for unhealthy and for problems with Redis, 3 UNKNOWN for a usage error and
/// if there is no verdict. The worst verdict decides; CRITICAL is worse than UNKNOWN.
int nagios_status(std::span<const Verdict> verdicts, const ExitPolicy& exit_policy) noexcept;
inline constexpr int nagios_unknown = 3;

}  // namespace probe
