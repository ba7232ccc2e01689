#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/verdict.hpp"

/// What changed from one reading of the services to the next. Pure.
namespace probe {

/// When a state was first found.
struct FoundSince {
  heartbeat::WallTime at{};
  bool is_exact = false;  ///< false: it may have begun earlier, before the first reading

  bool operator==(const FoundSince&) const = default;
};

/// A change of the verdict on one service, or on all services. A verdict lasts as long as its
/// reason.
struct VerdictChange {
  std::string service{};
  heartbeat::WallTime at{};         ///< when the reading began that found it
  std::optional<Reason> from{};     ///< nothing: the service was not known before
  std::optional<FoundSince> was{};  ///< since when it was `from`
  std::optional<Reason> to{};       ///< nothing: the service is gone
  std::string text{};               ///< of the new verdict, for people; not escaped yet

  bool operator==(const VerdictChange&) const = default;
};

/// Redis was lost, was lost for another reason, or was found again.
struct RedisChange {
  heartbeat::WallTime at{};
  std::optional<Problem> problem{};        ///< nothing: it answers
  std::optional<FoundSince> lost_since{};  ///< when it was found again
};

struct ReadingChanges {
  std::vector<VerdictChange> verdicts{};  ///< worst first, then by name; those that are gone last
  std::optional<RedisChange> redis{};
};

/// Compares each reading with the one before.
class ChangeDetector {
 public:
  /// `problem` is why Redis could not be read. A verdict that says no more than that changes
  /// nothing: the service keeps its last known state. Without a problem, a key that alone could not
  /// be read is a state of its service. All services of the first reading are new.
  ReadingChanges update(Verdicts verdicts, const std::optional<Problem>& problem,
                        heartbeat::WallTime at);

  /// The last known state of each service, by name.
  struct LastState {
    std::string service{};
    Reason reason = Reason::healthy;
    FoundSince since{};
  };
  const std::vector<LastState>& states() const noexcept { return states_; }

 private:
  std::vector<VerdictChange> update_states(Verdicts verdicts, bool is_read, heartbeat::WallTime at);
  std::optional<RedisChange> update_redis(const std::optional<Problem>& problem,
                                          heartbeat::WallTime at);

  std::vector<LastState> states_;
  bool has_read_ = false;           ///< at least one reading had no problem
  std::optional<Reason> problem_;   ///< of the last reading
  std::optional<FoundSince> lost_;  ///< since when there is a problem
  bool is_first_ = true;
};

}  // namespace probe
