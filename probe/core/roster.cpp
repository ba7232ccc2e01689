#include "core/roster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "document/names.hpp"
#include "document/time.hpp"

namespace probe {
namespace {

using heartbeat::WallTime;
using std::chrono::milliseconds;

// 9999-12-31T23:59:59Z: the last second of a year with four digits.
constexpr double last_second = 253'402'300'799;

// In whole seconds. Redis 8 may write a score as `1.7956971930000001e+9`.
WallTime time_from(const std::string& score) {
  const double seconds = std::strtod(score.c_str(), nullptr);
  if (!(seconds > 0) || std::isinf(seconds)) return {};
  return WallTime{std::chrono::seconds{static_cast<std::int64_t>(std::min(seconds, last_second))}};
}

}  // namespace

std::vector<Member> roster_from(std::span<const std::string> names_and_scores) {
  std::vector<Member> roster;
  for (std::size_t i = 0; i + 1 < names_and_scores.size(); i += 2)
    if (heartbeat::is_member_name(names_and_scores[i]))
      roster.push_back({names_and_scores[i], time_from(names_and_scores[i + 1])});
  std::ranges::sort(roster, {}, &Member::name);
  return roster;
}

std::vector<Member> replicas_of(std::string_view service, std::span<const Member> roster) {
  const auto prefix = std::string{service} + ':';
  const auto first = std::ranges::lower_bound(roster, prefix, {}, &Member::name);
  const auto is_replica = [&](const Member& member) { return member.name.starts_with(prefix); };
  return {first, std::find_if_not(first, roster.end(), is_replica)};
}

std::optional<WallTime> last_beat_of(std::string_view name, std::span<const Member> roster) {
  const auto found = std::ranges::lower_bound(roster, name, {}, &Member::name);
  if (found == roster.end() || found->name != name) return std::nullopt;
  return found->last_beat;
}

Verdict last_seen(Verdict verdict, std::span<const Member> roster, WallTime now) {
  if (verdict.reason != Reason::missing) return verdict;
  const auto found = last_beat_of(verdict.service, roster);
  if (!found) verdict.text += ", not on the roster";
  const auto last_beat = found.value_or(WallTime{});
  if (last_beat == WallTime{}) return verdict;
  verdict.text += ", last seen " + heartbeat::format_timestamp(last_beat);
  if (now >= last_beat)
    verdict.text += fmt::format(
        " ({} ago)",
        heartbeat::format_duration(std::chrono::floor<std::chrono::seconds>(now - last_beat)));
  return verdict;
}

Verdict without_roster(Verdict verdict, std::string_view prefix, const Problem& problem) {
  verdict.text += fmt::format("; it may have replicas, but the roster {} cannot be read: {}",
                              heartbeat::roster_key(prefix), problem.what);
  if (problem.reason != Reason::denied) verdict.reason = problem.reason;
  return verdict;
}

}  // namespace probe
