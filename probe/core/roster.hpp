#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/verdict.hpp"
#include "document/document.hpp"

/// The roster is a sorted set of all members that have ever beaten, scored by their last beats. The
/// writers keep it up to date. Pure.
namespace probe {

struct Member {
  std::string name;  ///< a key without its prefix: `worker`, or `worker:1` for a replica
  heartbeat::WallTime last_beat;  ///< on the writer's wall clock

  bool operator==(const Member&) const = default;
};

/// The roster from a reply to ZRANGE WITHSCORES, which has names and scores in turn. Sorted by
/// name, as the next two functions require. A name that no service can have is left out.
std::vector<Member> roster_from(std::span<const std::string> names_and_scores);

/// The members that are replicas of the service.
std::vector<Member> replicas_of(std::string_view service, std::span<const Member> roster);

/// The last beat of a member; nothing if it is not on the roster.
std::optional<heartbeat::WallTime> last_beat_of(std::string_view name,
                                                std::span<const Member> roster);

/// Adds to the verdict on a missing service the time of its last beat, if that is on the roster;
/// returns any other verdict unchanged. Adds also how long ago that was, unless it is in the future
/// of this clock.
Verdict last_seen(Verdict verdict, std::span<const Member> roster, heartbeat::WallTime now);

/// The verdict on a missing service whose replicas are not known because the roster could not be
/// read. Its reason is that of the problem; only if Redis denied access to the roster, the service
/// stays missing. The text names the problem.
Verdict without_roster(Verdict verdict, std::string_view prefix, const Problem& problem);

}  // namespace probe
