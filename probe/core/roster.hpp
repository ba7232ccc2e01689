#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/verdict.hpp"
#include "document/document.hpp"

/// The roster: which services have ever beaten, and when each did so last. A sorted
/// set that the writers keep. Pure.
namespace probe {

struct Member {
  std::string name;  ///< what follows the prefix in a key: `worker`, or of a replica `worker:1`
  heartbeat::WallTime last_beat;  ///< by its writer's wall clock

  bool operator==(const Member&) const = default;
};

/// What ZRANGE WITHSCORES says: names and scores in turn. Sorted by name, on which the two
/// below rely: a fleet may have ten thousand members. What is no name of a
/// service is left out, for no key of a service can have it.
std::vector<Member> roster_from(std::span<const std::string> names_and_scores);

/// The members that are replicas of a service.
std::vector<Member> replicas_of(std::string_view service, std::span<const Member> roster);

/// When the roster saw it last, if it did.
std::optional<heartbeat::WallTime> last_beat_of(std::string_view name,
                                                std::span<const Member> roster);

/// The verdict on a missing service, with when it was last seen, if the roster tells; any other
/// verdict as it is. The age is told where this clock and the writer's do not contradict
/// each other.
Verdict last_seen(Verdict verdict, std::span<const Member> roster, heartbeat::WallTime now);

/// The verdict on a missing service whose replicas are not known, because the roster could not be
/// read: what was wrong with Redis. Where the user may not read the roster, the service stays
/// missing, and the text says why its replicas are not known.
Verdict without_roster(Verdict verdict, std::string_view prefix, const Problem& problem);

}  // namespace probe
