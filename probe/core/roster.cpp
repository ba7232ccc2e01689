#include "core/roster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <map>
#include <utility>

#include "document/names.hpp"
#include "document/time.hpp"

namespace probe {
namespace {

using heartbeat::WallTime;
using std::chrono::milliseconds;

// 9999-12-31T23:59:59Z: the last second of a year with four digits.
constexpr double last_second = 253'402'300'799;

constexpr std::chrono::minutes youngest_old_age{1};
constexpr std::chrono::minutes oldest_young_age{5};

// Redis 8 may write a score as `1.7956971930000001e+9`.
WallTime time_from(double seconds) {
  if (!(seconds > 0) || std::isinf(seconds)) return {};
  return WallTime{milliseconds{std::llround(std::min(seconds, last_second) * 1000)}};
}

const Member* find(std::span<const Member> roster, std::string_view name) {
  const auto found = std::ranges::lower_bound(roster, name, {}, &Member::name);
  return found == roster.end() || found->name != name ? nullptr : &*found;
}

WallTime newest_beat(std::span<const Member> members) {
  WallTime newest{};
  for (const auto& member : members)
    if (!member.is_lost) newest = std::max(newest, member.last_beat);
  return newest;
}

/// The newest beat of any replica of the service, for a few services in turn.
class NewestBeats {
 public:
  explicit NewestBeats(std::span<const Member> roster) : roster_{roster} {}
  WallTime of(std::string_view service) {
    const auto [known, is_new] = known_.try_emplace(service);
    if (is_new) known->second = newest_beat(replicas_of(service, roster_));
    return known->second;
  }

 private:
  std::span<const Member> roster_;
  std::map<std::string_view, WallTime> known_;
};

/// The replica of the verdict if it does not count.
const Member* find_departed(const Verdict& verdict, std::span<const Member> roster,
                            const Selection& selection, NewestBeats& newest) {
  const bool is_missing = verdict.reason == Reason::missing;
  const auto [service, instance] = heartbeat::split_member(verdict.service);
  if (instance.empty() || (!is_missing && !verdict.is_farewell)) return nullptr;
  const auto* member = find(roster, verdict.service);
  if (member == nullptr ||
      std::ranges::find(selection.expected, member->name) != selection.expected.end())
    return nullptr;
  if (member->has_left) return member;
  const bool is_forgotten = member->is_by_host && is_missing &&
                            newest.of(service) - member->last_beat > selection.forget_after;
  return is_forgotten ? member : nullptr;
}

}  // namespace

Roster roster_from(std::span<const std::string> names_and_scores) {
  struct Scored {
    std::string_view name;
    double score;
  };
  std::vector<Scored> entries;
  for (std::size_t i = 0; i + 1 < names_and_scores.size(); i += 2)
    entries.push_back({names_and_scores[i], std::strtod(names_and_scores[i + 1].c_str(), nullptr)});
  std::ranges::sort(entries, {}, &Scored::name);
  Roster roster;
  roster.members.reserve(entries.size());
  for (const auto& [name, score] : entries)
    if (heartbeat::is_member_name(name))
      roster.members.push_back({std::string{name}, time_from(std::abs(score)), score < 0});
  for (const auto& [name, score] : entries) {
    if (name == heartbeat::roster_began) roster.began = time_from(score);
    if (!name.ends_with(heartbeat::host_mark)) continue;
    const auto marked = name.substr(0, name.size() - heartbeat::host_mark.size());
    const auto member = std::ranges::lower_bound(roster.members, marked, {}, &Member::name);
    if (member != roster.members.end() && member->name == marked) member->is_by_host = true;
  }
  return roster;
}

Listing listing_of(const Roster& roster) {
  Listing listing{.began = roster.began, .newest_beat = newest_beat(roster.members)};
  for (const auto& member : roster.members) listing.names.push_back(member.name);
  return listing;
}

std::optional<Listing> listing_from(std::span<const std::string> names,
                                    std::span<const std::string> first,
                                    std::span<const std::string> last) {
  const auto few = roster_from(first);
  const auto newest = roster_from(last);
  if (!few.began || newest.members.empty()) return std::nullopt;
  std::vector<std::string_view> sorted;
  std::ranges::copy_if(names, std::back_inserter(sorted), heartbeat::is_member_name);
  std::ranges::sort(sorted);
  return Listing{.names = {sorted.begin(), sorted.end()},
                 .began = few.began,
                 .newest_beat = newest.members.front().last_beat};
}

Roster with_remembered(Roster roster, const Roster& remembered) {
  const bool is_another =
      roster.began != remembered.began || (!roster.began && roster.members.empty());
  std::vector<Member> lost;
  for (const auto& member : remembered.members)
    if ((is_another || member.is_lost) && find(roster.members, member.name) == nullptr) {
      lost.push_back(member);
      lost.back().is_lost = true;
    }
  if (lost.empty()) return roster;
  std::ranges::move(lost, std::back_inserter(roster.members));
  std::ranges::sort(roster.members, {}, &Member::name);
  return roster;
}

std::optional<Verdict> young_roster(const Listing& roster, Verdicts verdicts,
                                    std::string_view prefix) {
  if (!roster.began) return std::nullopt;
  milliseconds interval{0};
  for (const auto& verdict : verdicts)
    interval = std::max(interval, verdict.interval.value_or(interval));
  const auto limit = std::clamp<milliseconds>(
      3 * std::min<milliseconds>(interval, oldest_young_age), youngest_old_age, oldest_young_age);
  const auto age = std::max(roster.newest_beat - *roster.began, milliseconds{0});
  if (age >= limit) return std::nullopt;
  return Verdict{
      .service = all_services,
      .reason = Reason::starting,
      .text = fmt::format("the roster {} is only {} old and may lack services (Redis is new "
                          "or was emptied); it is complete at {}",
                          heartbeat::roster_key(prefix), heartbeat::format_duration(age),
                          heartbeat::format_duration(limit))};
}

bool matches(std::string_view pattern, std::string_view name) noexcept {
  auto star = pattern.find('*');
  if (star == pattern.npos) return name == pattern;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  name.remove_prefix(star);
  for (pattern.remove_prefix(star + 1);; pattern.remove_prefix(star + 1)) {
    star = pattern.find('*');
    if (star == pattern.npos) return name.ends_with(pattern);
    const auto found = name.find(pattern.substr(0, star));
    if (found == name.npos) return false;
    name.remove_prefix(found + star);
  }
}

std::vector<Member> replicas_of(std::string_view service, std::span<const Member> roster) {
  const auto prefix = std::string{service} + ':';
  const auto first = std::ranges::lower_bound(roster, prefix, {}, &Member::name);
  const auto is_replica = [&](const Member& member) { return member.name.starts_with(prefix); };
  return {first, std::find_if_not(first, roster.end(), is_replica)};
}

std::vector<Verdict> without_departed(std::vector<Verdict> verdicts, std::span<const Member> roster,
                                      const Selection& selection) {
  std::vector<const Member*> departed(verdicts.size());
  bool any = false;
  NewestBeats newest_beats{roster};
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    departed[i] = find_departed(verdicts[i], roster, selection, newest_beats);
    any = any || departed[i] != nullptr;
  }
  if (!any) return verdicts;
  std::map<std::string_view, const Member*> last;  // of each service; null: another one counts
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    const auto service = heartbeat::split_member(verdicts[i].service).first;
    const auto [known, is_new] = last.try_emplace(service, departed[i]);
    auto*& newest = known->second;
    if (departed[i] == nullptr || (newest != nullptr && departed[i]->last_beat > newest->last_beat))
      newest = departed[i];
  }
  std::vector<Verdict> rest;
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    if (departed[i] == nullptr ||
        departed[i] == last[heartbeat::split_member(verdicts[i].service).first])
      rest.push_back(verdicts[i]);
  return rest;
}

tl::expected<std::vector<std::string>, std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  bool is_comment = false;
  std::string word;
  for (std::size_t i = 0; i <= list.size(); ++i) {
    const char c = i < list.size() ? list[i] : '\n';
    is_comment = c != '\n' && (is_comment || c == '#');
    if (!is_comment && std::string_view{", \t\r\n"}.find(c) == std::string_view::npos) {
      word += c;
    } else if (!word.empty()) {
      if (!heartbeat::is_member_name(word)) return tl::unexpected{word};
      names.push_back(std::exchange(word, {}));
    }
  }
  return names;
}

Verdict last_seen(Verdict verdict, std::span<const Member> roster, WallTime now) {
  if (verdict.reason != Reason::missing) return verdict;
  const auto* member = find(roster, verdict.service);
  if (member == nullptr) verdict.text += ", not on the roster";
  if (member == nullptr || member->last_beat == WallTime{}) return verdict;
  const auto last_beat = member->last_beat;
  verdict.text += member->has_left ? ", stopped " : ", last seen ";
  verdict.text += heartbeat::format_timestamp(last_beat);
  if (now >= last_beat)
    verdict.text += fmt::format(
        " ({} ago)",
        heartbeat::format_duration(std::chrono::floor<std::chrono::seconds>(now - last_beat)));
  if (member->is_lost) verdict.text += "; Redis was emptied since";
  return verdict;
}

Verdict without_roster(Verdict verdict, std::string_view prefix, const Problem& problem) {
  verdict.text += fmt::format("; it may have replicas, but the roster {} cannot be read: {}",
                              heartbeat::roster_key(prefix), problem.what);
  if (problem.reason != Reason::denied) verdict.reason = problem.reason;
  return verdict;
}

}  // namespace probe
