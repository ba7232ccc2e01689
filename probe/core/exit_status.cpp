#include "core/exit_status.hpp"

#include <algorithm>

namespace probe {
namespace {

bool passes(const Verdict& verdict, const ExitPolicy& exit_policy) noexcept {
  switch (verdict.status()) {
    case HealthStatus::healthy:
      return true;
    case HealthStatus::starting:
      return exit_policy.starting;
    case HealthStatus::degraded:
      return exit_policy.degraded;
    case HealthStatus::unknown:
      return exit_policy.redis_trouble && is_redis_trouble(verdict.reason);
    case HealthStatus::unhealthy:
      return false;
  }
  return false;
}

// In ascending order of severity.
enum class State { ok, warning, unknown, critical };

State state_of(const Verdict& verdict, const ExitPolicy& exit_policy) noexcept {
  if (passes(verdict, exit_policy)) return State::ok;
  if (verdict.reason == Reason::usage) return State::unknown;
  const auto status = verdict.status();
  return status == HealthStatus::degraded || status == HealthStatus::starting ? State::warning
                                                                              : State::critical;
}

}  // namespace

int exit_status(std::span<const Verdict> verdicts, const ExitPolicy& exit_policy) noexcept {
  const bool all = std::ranges::all_of(
      verdicts, [&](const Verdict& verdict) { return passes(verdict, exit_policy); });
  return all && !verdicts.empty() ? 0 : 1;
}

int exit_status(const Verdict& verdict, const ExitPolicy& exit_policy) noexcept {
  return exit_status(std::span{&verdict, 1}, exit_policy);
}

int nagios_status(std::span<const Verdict> verdicts, const ExitPolicy& exit_policy) noexcept {
  auto worst = verdicts.empty() ? State::unknown : State::ok;
  for (const auto& verdict : verdicts) worst = std::max(worst, state_of(verdict, exit_policy));
  switch (worst) {
    case State::ok:
      return 0;
    case State::warning:
      return 1;
    case State::critical:
      return 2;
    case State::unknown:
      return nagios_unknown;
  }
  return nagios_unknown;
}

}  // namespace probe
