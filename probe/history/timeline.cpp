#include "history/timeline.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace probe {
namespace {

using heartbeat::WallTime;

/// A state that one observer saw.
struct Sighting {
  WallTime from{};
  WallTime to{};
  Reason reason{};
  const std::string* text = nullptr;
};

/// Worse than another state: by status, and then by reason, of which the first is found first.
auto badness(const Sighting& sighting) {
  return std::tuple{health_status_of(sighting.reason), -static_cast<int>(sighting.reason)};
}

/// A service whose key could not be read was not seen.
std::optional<Reason> seen(const std::optional<Reason>& reason) {
  return reason && is_redis_trouble(*reason) ? std::nullopt : reason;
}

/// When the state of an entry ended. The next one tells it if an entry between them is missing.
WallTime end_of(const HistoryEntry& entry, const HistoryEntry& next) {
  const bool is_told = next.from && next.since && next.from != entry.to;
  return is_told ? std::min(*next.since, next.at) : next.at;
}

/// The states that an observer saw, whether or not it watched all the time. Sorted by time.
std::vector<Sighting> sightings(std::vector<const HistoryEntry*> entries, WallTime end) {
  static const std::string no_text;
  // Entries of the same time stay in the order of the vector that they are in.
  std::ranges::sort(entries, {}, [](const auto* entry) { return std::pair{entry->at, entry}; });
  std::vector<Sighting> all;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto& entry = *entries[i];
    const auto known_until = i == 0 ? WallTime::min() : entries[i - 1]->at;
    // The entry before may have been lost, or cut off.
    const bool is_told_before =
        i > 0 && entries[i - 1]->to == entry.from && entries[i - 1]->at <= entry.since;
    const auto from = seen(entry.from), to = seen(entry.to);
    if (from && entry.since && !is_told_before && entry.at > known_until)
      all.push_back({std::max(*entry.since, known_until), entry.at, *from, &no_text});
    const auto until = i + 1 < entries.size() ? end_of(entry, *entries[i + 1]) : end;
    if (to && entry.at < until) all.push_back({entry.at, until, *to, &entry.text});
  }
  return all;
}

/// The parts of the states that lie within the watches, which are sorted and do not overlap.
void add_watched(const std::vector<Sighting>& seen, std::span<const WatchedTime> watches,
                 std::vector<Sighting>& all) {
  auto first = watches.begin();
  for (const auto& sighting : seen) {
    while (first != watches.end() && first->to <= sighting.from) ++first;
    for (auto watch = first; watch != watches.end() && watch->from < sighting.to; ++watch) {
      auto part = sighting;
      part.from = std::max(part.from, watch->from);
      part.to = std::min(part.to, watch->to);
      if (part.from < part.to) all.push_back(part);
    }
  }
}

void append(std::vector<Period>& intervals, WallTime from, WallTime to, const Sighting* worst) {
  if (from >= to) return;
  const auto reason = worst == nullptr ? std::nullopt : std::optional{worst->reason};
  if (!intervals.empty() && intervals.back().reason == reason) {
    intervals.back().to = to;
    return;
  }
  intervals.push_back({from, to, reason, worst == nullptr ? std::string{} : *worst->text});
}

}  // namespace

std::vector<Period> timeline(const History& history, std::string_view service, WallTime from,
                             WallTime to) {
  std::map<std::string_view, std::vector<const HistoryEntry*>> by_observer;
  for (const auto& entry : history.entries)
    if (entry.service == service) by_observer[entry.observer].push_back(&entry);
  const auto watches = joined(history.watches);
  std::vector<Sighting> all;
  for (auto& [observer, entries] : by_observer) {
    const auto own = std::ranges::equal_range(watches, observer, {}, &WatchedTime::observer);
    add_watched(sightings(std::move(entries), to), {own.begin(), own.end()}, all);
  }
  std::ranges::sort(all, {}, &Sighting::from);

  // Sweeps over the moments at which an observer begins or ends to see a state.
  const auto worse = [](const Sighting* left, const Sighting* right) {
    return std::tuple{badness(*right), right} < std::tuple{badness(*left), left};
  };
  std::set<const Sighting*, decltype(worse)> open{worse};
  std::multimap<WallTime, const Sighting*> ends;
  std::vector<Period> intervals;
  auto now = from;
  const auto advance = [&](WallTime until) {
    until = std::min(until, to);
    append(intervals, now, until, open.empty() ? nullptr : *open.begin());
    now = std::max(now, until);
  };
  const auto close_until = [&](WallTime moment) {
    while (!ends.empty() && ends.begin()->first <= moment) {
      advance(ends.begin()->first);
      open.erase(ends.begin()->second);
      ends.erase(ends.begin());
    }
  };
  for (const auto& sighting : all) {
    close_until(sighting.from);
    advance(sighting.from);
    open.insert(&sighting);
    ends.emplace(sighting.to, &sighting);
  }
  close_until(to);
  advance(to);
  return intervals;
}

std::vector<std::string> members_in(const History& history) {
  std::set<std::string> names;
  for (const auto& entry : history.entries) names.insert(entry.service);
  return {names.begin(), names.end()};
}

Uptime uptime(std::span<const Period> intervals, const ExitPolicy& exit_policy) {
  Uptime uptime;
  for (const auto& interval : intervals) {
    if (!interval.reason) continue;
    uptime.watched += interval.to - interval.from;
    const bool passes =
        exit_status(Verdict{.service = {}, .reason = *interval.reason}, exit_policy) == 0;
    if (passes) uptime.up += interval.to - interval.from;
  }
  return uptime;
}

}  // namespace probe
