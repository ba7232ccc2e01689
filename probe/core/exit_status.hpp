#pragma once

#include <span>

#include "core/verdict.hpp"

namespace probe {

/// What passes beside healthy.
struct ExitPolicy {
  bool degraded = false;
  bool starting = false;
  bool redis_trouble = false;  ///< Redis could not be asked, or refused; never a wrong usage
};

/// The contract with Docker and with scripts: 0 when every verdict passes, else
/// 1. Never 2, which Docker reserves. No verdict at all does not pass.
int exit_status(std::span<const Verdict> verdicts, const ExitPolicy& exit_policy) noexcept;
int exit_status(const Verdict& verdict, const ExitPolicy& exit_policy) noexcept;

/// The contract with Nagios: 0 OK for what passes, 1 WARNING for degraded and
/// starting, 2 CRITICAL for unhealthy and for trouble with Redis, 3 UNKNOWN for
/// a wrong usage and for no verdict at all. The worst decides.
int nagios_status(std::span<const Verdict> verdicts, const ExitPolicy& exit_policy) noexcept;
inline constexpr int nagios_unknown = 3;

}  // namespace probe
