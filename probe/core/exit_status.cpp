#include "core/exit_status.hpp"

#include <algorithm>

namespace probe {
namespace {

bool passes(const Verdict& verdict, const Tolerance& tolerance) noexcept {
  switch (verdict.word()) {
    case Word::healthy:
      return true;
    case Word::starting:
      return tolerance.starting;
    case Word::degraded:
      return tolerance.degraded;
    case Word::unknown:
      return tolerance.redis_trouble && is_redis_trouble(verdict.reason);
    case Word::unhealthy:
      return false;
  }
  return false;
}

}  // namespace

int exit_status(std::span<const Verdict> verdicts, const Tolerance& tolerance) noexcept {
  const bool all = std::ranges::all_of(
      verdicts, [&](const Verdict& verdict) { return passes(verdict, tolerance); });
  return all && !verdicts.empty() ? 0 : 1;
}

int exit_status(const Verdict& verdict, const Tolerance& tolerance) noexcept {
  return exit_status(std::span{&verdict, 1}, tolerance);
}

}  // namespace probe
