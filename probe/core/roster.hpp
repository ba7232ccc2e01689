#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "core/fleet_report.hpp"
#include "core/verdict.hpp"
#include "document/document.hpp"

/// The roster: a sorted set of all members that have ever beaten, scored by their last beats; the
/// score of a replica that left is negative. Pure.
namespace probe {

struct Member {
  std::string name;  ///< a key without its prefix: `worker`, or `worker:1` for a replica
  heartbeat::WallTime last_beat;  ///< on the writer's wall clock
  bool has_left = false;          ///< a replica that stopped cleanly
  bool is_by_host = false;        ///< a replica whose name came from its host's
  bool is_lost = false;           ///< only an earlier reading found it: Redis was emptied since

  bool operator==(const Member&) const = default;
};

struct Roster {
  std::vector<Member> members{};               ///< sorted by name, as the functions below require
  std::optional<heartbeat::WallTime> began{};  ///< nothing: no writer says when it began

  bool operator==(const Roster&) const = default;
};

/// From a reply to ZRANGE WITHSCORES, which has names and scores in turn, without impossible names.
Roster roster_from(std::span<const std::string> names_and_scores);

/// A roster without the times of its members: Redis takes ten times as long to write those.
struct Listing {
  std::vector<std::string> names{};            ///< sorted
  std::optional<heartbeat::WallTime> began{};  ///< nothing: no writer says when it began
  heartbeat::WallTime newest_beat{};           ///< of any member

  bool operator==(const Listing&) const = default;
};

Listing listing_of(const Roster& roster);

/// From the replies to a ZRANGE of all names, and to ZRANGE WITHSCORES of the first few and of the
/// last. Nothing if those few do not say when the roster began, or the last is no member.
std::optional<Listing> listing_from(std::span<const std::string> names,
                                    std::span<const std::string> first,
                                    std::span<const std::string> last);

/// The roster with the members that only an earlier reading found, if Redis was emptied since. A
/// name that is gone from a roster with the same beginning was forgotten on purpose.
Roster with_remembered(Roster roster, const Roster& remembered);

/// `starting`, for all services, while the roster is so young that services may be missing from it:
/// for three of the longest interval in the verdicts, at least 60 s and at most 5 min. Its age is
/// measured from its beginning to its newest beat, both by the writers' clocks.
std::optional<Verdict> young_roster(const Listing& roster, Verdicts verdicts,
                                    std::string_view prefix);

/// Whether the whole name is like the pattern, in which each `*` stands for any text.
bool matches(std::string_view pattern, std::string_view name) noexcept;

std::vector<Member> replicas_of(std::string_view service, std::span<const Member> roster);

/// Without the replicas that do not count: those that left, and those whose names came from their
/// hosts' and that vanished `forget_after` before the newest beat of a replica of their service.
/// Expected ones always count. Of a service without any other replica, the last one stays.
std::vector<Verdict> without_departed(std::vector<Verdict> verdicts, std::span<const Member> roster,
                                      const Selection& selection);

/// The names in a list that has commas or white space between them, and `#` before a comment. The
/// error is a word that is no name.
tl::expected<std::vector<std::string>, std::string> names_in(std::string_view list);

/// Adds to the verdict on a missing service that it is not on the roster, or when it was last seen
/// or stopped, and how long ago that was, unless it is in the future of this clock. Returns any
/// other verdict unchanged.
Verdict last_seen(Verdict verdict, std::span<const Member> roster, heartbeat::WallTime now);

/// The verdict on a missing service whose replicas are not known because the roster could not be
/// read: with that problem's reason, but still missing if Redis denied access to the roster.
Verdict without_roster(Verdict verdict, std::string_view prefix, const Problem& problem);

}  // namespace probe
