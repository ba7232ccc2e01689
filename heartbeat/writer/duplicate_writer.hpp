#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/signature.hpp"

namespace heartbeat {

/// Whether others write the key of this beat, by what each beat found there before
/// it replaced it. Pure: times are arguments.
///
/// What a beat finds is a sign of life only if it cannot have been there before:
/// it took the place of a beat of ours, or its sequence went on since it was last
/// seen. So neither a predecessor's last document nor a Redis that was restored
/// from a snapshot, or failed over to a replica that lagged, makes a rival.
class DuplicateWriter {
 public:
  /// On a clock that goes on while the machine is suspended, for so does Redis's.
  using Time = std::chrono::steady_clock::time_point;

  DuplicateWriter(std::string own_id, std::chrono::milliseconds interval, std::chrono::seconds ttl);

  /// What an accepted beat found.
  struct Look {
    std::string_view found;  ///< the beginning of a document; empty: no key
    /// Asked of the same server over the same connection as the accepted beat
    /// before, with no failed one between the two.
    bool unbroken;
    Time began;
    Time ended;
  };
  void looked(const Look& look);

  /// An accepted beat was not allowed to look: who else writes is unknown.
  void may_not_look() noexcept;

  /// Those that write now, in words: "host b1, pid 7". Empty: nobody else.
  std::string names() const;

  bool any() const noexcept;

  /// How often the key had gone though it was not to expire.
  std::uint64_t vanished() const noexcept { return vanished_; }

 private:
  /// Another writer of the key, remembered also when it is no rival, or no longer.
  struct Other {
    Signature signature;
    bool rival;
    std::chrono::nanoseconds interval;  ///< between its beats, as far as we know
    std::chrono::nanoseconds unseen;    ///< the time since, as far as we looked
    Time seen;
  };

  Other* find(const Signature& signature);
  void meet(const Signature& signature, const Look& look);
  void see(Other& other, const Signature& signature, const Look& look) const;
  void miss(std::chrono::nanoseconds time);

  const std::string own_id_;
  const std::chrono::nanoseconds interval_;
  const std::chrono::nanoseconds ttl_;
  std::vector<Other> others_;   ///< in the order in which they were met
  std::optional<Time> before_;  ///< when the accepted beat before began
  std::uint64_t vanished_ = 0;
};

}  // namespace heartbeat
