#include "core/lasted.hpp"

#include <algorithm>

namespace probe {
namespace {

using heartbeat::CheckReport;
using heartbeat::CheckState;
using heartbeat::Severity;
using std::chrono::milliseconds;
using namespace std::chrono_literals;

/// Whether the verdict has lasted as long as this check's state.
bool counts(Reason reason, const CheckReport& check) noexcept {
  if (reason == Reason::healthy) return check.state == CheckState::pass;
  const auto severity = reason == Reason::unhealthy ? Severity::critical : Severity::warning;
  return check.state == CheckState::fail && check.severity == severity;
}

std::optional<heartbeat::WallTime> beginning(const Verdict& verdict) {
  const auto& document = *verdict.document;
  if (verdict.is_farewell) return document.written_at;
  if (verdict.reason == Reason::starting) return document.started_at;
  std::optional<heartbeat::WallTime> begun;
  for (const auto& check : document.checks) {
    if (!check.since || !counts(verdict.reason, check)) continue;
    const bool is_first = !begun;
    const auto since = *check.since;
    begun = is_first                            ? since
            : verdict.reason == Reason::healthy ? std::max(*begun, since)
                                                : std::min(*begun, since);
  }
  return begun;
}

}  // namespace

std::optional<milliseconds> lasted(const Verdict& verdict) {
  if (verdict.reason == Reason::stale && verdict.age && verdict.limit)
    return *verdict.age - *verdict.limit;
  if (!verdict.document || verdict.reason < Reason::unhealthy) return std::nullopt;
  const auto& written_at = verdict.document->written_at;
  const auto begun = beginning(verdict);
  if (!written_at || !begun) return std::nullopt;
  return std::max(0ms, *written_at - *begun) + verdict.age.value_or(0ms);
}

}  // namespace probe
