#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/verdict.hpp"
#include "document/document.hpp"

/// The roster: a sorted set of all members that have ever beaten, scored by their last beats. Pure.
namespace probe {

struct Member {
  std::string name;  ///< a key without its prefix: `worker`, or `worker:1` for a replica
  heartbeat::WallTime last_beat;  ///< on the writer's wall clock

  bool operator==(const Member&) const = default;
};

/// From a reply to ZRANGE WITHSCORES, which has names and scores in turn; sorted by name, as the
/// next two functions require, and without impossible names.
std::vector<Member> roster_from(std::span<const std::string> names_and_scores);

std::vector<Member> replicas_of(std::string_view service, std::span<const Member> roster);

/// The last beat of a member; nothing if it is not on the roster.
std::optional<heartbeat::WallTime> last_beat_of(std::string_view name,
                                                std::span<const Member> roster);

/// Adds to the verdict on a missing service that it is not on the roster, or when it was last seen,
/// and how long ago that was, unless it is in the future of this clock. Returns any other verdict
/// unchanged.
Verdict last_seen(Verdict verdict, std::span<const Member> roster, heartbeat::WallTime now);

/// The verdict on a missing service whose replicas are not known because the roster could not be
/// read: with that problem's reason, but still missing if Redis denied access to the roster.
Verdict without_roster(Verdict verdict, std::string_view prefix, const Problem& problem);

}  // namespace probe
