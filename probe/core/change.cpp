#include "core/change.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace probe {
namespace {

/// Whether the verdict says something of the service itself, also if Redis was not read.
bool is_known(const Verdict& verdict) noexcept {
  return verdict.reason != Reason::usage && !is_redis_trouble(verdict.reason);
}

auto order(const VerdictChange& change) {
  const auto badness = change.to ? -static_cast<int>(health_status_of(*change.to)) : 1;
  return std::tuple{badness, std::string_view{change.service}};
}

}  // namespace

ReadingChanges ChangeDetector::update(Verdicts verdicts, const std::optional<Problem>& problem,
                                      heartbeat::WallTime at) {
  ReadingChanges changes;
  changes.redis = update_redis(problem, at);
  changes.verdicts = update_states(verdicts, !problem, at);
  is_first_ = false;
  has_read_ = has_read_ || !problem;
  return changes;
}

std::optional<RedisChange> ChangeDetector::update_redis(const std::optional<Problem>& problem,
                                                        heartbeat::WallTime at) {
  const auto reason = problem ? std::optional{problem->reason} : std::nullopt;
  if (std::exchange(problem_, reason) == reason) return std::nullopt;
  if (!problem) return RedisChange{at, std::nullopt, std::exchange(lost_, std::nullopt)};
  if (!lost_) lost_ = FoundSince{at, !is_first_};
  return RedisChange{at, problem, std::nullopt};
}

std::vector<VerdictChange> ChangeDetector::update_states(Verdicts verdicts, bool is_read,
                                                         heartbeat::WallTime at) {
  std::vector<const Verdict*> found;
  for (const auto& verdict : verdicts)
    if (is_read || is_known(verdict)) found.push_back(&verdict);
  std::ranges::sort(found, {}, &Verdict::service);
  found.erase(std::ranges::unique(found, {}, &Verdict::service).begin(), found.end());

  std::vector<VerdictChange> changes;
  std::vector<LastState> states;
  states.reserve(std::max(found.size(), states_.size()));
  auto known = states_.begin();
  const auto pass_unfound = [&](const auto& is_before) {
    for (; known != states_.end() && is_before(known->service); ++known)
      if (!is_read)
        states.push_back(std::move(*known));
      else if (known->service != all_services)
        changes.push_back({std::move(known->service), at, known->reason, known->since});
  };
  for (const auto* verdict : found) {
    pass_unfound([&](const auto& service) { return service < verdict->service; });
    const bool is_old = known != states_.end() && known->service == verdict->service;
    if (is_old && known->reason == verdict->reason) {
      states.push_back(std::move(*known++));
      continue;
    }
    VerdictChange change{.service = verdict->service, .at = at, .to = verdict->reason};
    change.text = verdict->text;
    if (is_old) {
      change.from = known->reason;
      change.was = known->since;
      ++known;
    }
    changes.push_back(std::move(change));
    states.push_back({verdict->service, verdict->reason, {at, has_read_}});
  }
  pass_unfound([](const auto&) { return true; });
  states_ = std::move(states);
  std::ranges::sort(changes, {}, order);
  return changes;
}

}  // namespace probe
