#include "core/exit_status.hpp"

#include <algorithm>
#include <array>

namespace probe {
namespace {

bool passes(const Verdict& verdict, const ExitPolicy& exit_policy) noexcept {
  const auto status = verdict.status();
  return status == HealthStatus::healthy ||
         (status == HealthStatus::starting && exit_policy.starting) ||
         (status == HealthStatus::degraded && exit_policy.degraded) ||
         (exit_policy.redis_trouble && is_redis_trouble(verdict.reason));
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

int exit_status(Verdicts verdicts, const ExitPolicy& exit_policy) noexcept {
  const bool all = std::ranges::all_of(
      verdicts, [&](const Verdict& verdict) { return passes(verdict, exit_policy); });
  return all && !verdicts.empty() ? 0 : 1;
}

int exit_status(const Verdict& verdict, const ExitPolicy& exit_policy) noexcept {
  return exit_status(std::span{&verdict, 1}, exit_policy);
}

int nagios_status(Verdicts verdicts, const ExitPolicy& exit_policy) noexcept {
  auto worst = verdicts.empty() ? State::unknown : State::ok;
  for (const auto& verdict : verdicts) worst = std::max(worst, state_of(verdict, exit_policy));
  constexpr std::array numbers{0, 1, nagios_unknown, 2};  // in the order of State
  return numbers[static_cast<std::size_t>(worst)];
}

}  // namespace probe
