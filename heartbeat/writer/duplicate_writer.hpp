#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/document.hpp"
#include "heartbeat/clock.hpp"

namespace heartbeat {

/// Finds out whether another process writes the same key, from what each beat found there before
/// it replaced it. Pure: times are arguments, on a clock that goes on while the machine is
/// suspended, because Redis's clock does.
///
/// A document found is a sign of life only if it was written recently for sure: it replaced a
/// beat of ours, or its sequence grew since it was last seen. So the last document of a
/// predecessor, a Redis restored from a snapshot and a failover to a replica that lagged are no
/// rivals.
class DuplicateWriterDetector {
 public:
  DuplicateWriterDetector(std::string own_id, std::chrono::milliseconds interval,
                          std::chrono::seconds ttl);

  /// What an accepted beat found.
  struct Observation {
    std::string_view found;  ///< the beginning of a document; empty: no key
    /// The accepted beat before used the same connection, and no beat failed between the two.
    bool unbroken;
    Time began;
    Time ended;
  };
  void observe(const Observation& observation);

  /// An accepted beat was not allowed to read the key: other writers are unknown.
  void cannot_observe() noexcept;

  /// Who else writes now: "host b1, pid 7". Empty: nobody.
  std::string rival() const;
  bool has_rival() const noexcept;

  /// How often the key was gone though it could not have expired.
  std::uint64_t vanished() const noexcept { return vanished_; }

 private:
  /// Another writer of the key, kept after it stopped, too.
  struct OtherWriter {
    WriterIdentity signature;
    bool rival;                         ///< it writes now
    std::chrono::nanoseconds interval;  ///< between its beats, as far as we know
    std::chrono::nanoseconds unseen;    ///< for how long we looked without seeing it
    Time seen;
  };

  void found_other(const WriterIdentity& signature, const Observation& observation);
  static void saw_alive(OtherWriter& other, const WriterIdentity& signature, Time now);
  void add_unseen(std::chrono::nanoseconds time);

  const std::string own_id_;
  const std::chrono::nanoseconds interval_;
  const std::chrono::nanoseconds ttl_;
  std::vector<OtherWriter> others_;  ///< oldest first
  std::optional<Time> last_beat_;    ///< when the accepted beat before began
  std::uint64_t vanished_ = 0;
};

}  // namespace heartbeat
