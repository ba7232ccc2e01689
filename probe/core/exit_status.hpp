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

/// For Docker and scripts: 0 if all pass and there is one, else 1. Never 2, which Docker reserves.
int exit_status(Verdicts verdicts, const ExitPolicy& exit_policy) noexcept;
int exit_status(const Verdict& verdict, const ExitPolicy& exit_policy) noexcept;

/// For Nagios, by the worst verdict: 0 OK if it passes, 1 WARNING for degraded and starting, 3
/// UNKNOWN for a usage error or no verdict, 2 CRITICAL, which is worse, for all others.
int nagios_status(Verdicts verdicts, const ExitPolicy& exit_policy) noexcept;
inline constexpr int nagios_unknown = 3;

}  // namespace probe
