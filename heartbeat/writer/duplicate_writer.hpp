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

/// Detects other processes that write the same key, by what each beat has replaced. Pure: times are
/// arguments, of a clock that goes on while the machine is suspended, as Redis's does.
///
/// A document of another writer is a sign of life only if it is recent: it replaced a beat of ours,
/// or its sequence grew. The last document of a predecessor, a Redis restored from a snapshot and a
/// failover to a replica that lagged are therefore no rivals.
class DuplicateWriterDetector {
 public:
  DuplicateWriterDetector(std::string own_id, std::chrono::milliseconds interval,
                          std::chrono::seconds ttl);

  /// What the key held before an accepted beat.
  struct Observation {
    std::string_view found;  ///< the beginning of a document; empty: no key
    /// The previous accepted beat used the same connection, and no beat failed between the two.
    bool unbroken;
    Time began;
    Time ended;
  };
  void observe(const Observation& observation);

  /// This process has written the document: the next beat usually finds it, and need not read it.
  void wrote(std::string_view text) { own_text_ = text.substr(0, identity_bytes); }

  /// An accepted beat was not allowed to read the key: other writers are unknown.
  void cannot_observe() noexcept;

  /// The other process that writes now, such as "host b1, pid 7". Empty: no other process.
  std::string rival() const;
  bool has_rival() const noexcept;

  /// How often the key was gone although it could not have expired.
  std::uint64_t vanished() const noexcept { return vanished_; }

 private:
  /// Another writer of the key. Kept after it stopped.
  struct OtherWriter {
    WriterIdentity identity;
    bool rival;                         ///< it writes now
    std::chrono::nanoseconds interval;  ///< between its beats, stated or measured
    std::chrono::nanoseconds unseen;    ///< how long we looked without seeing it
    Time seen;
  };

  void found_other(const WriterIdentity& identity, const Observation& observation);
  static void saw_alive(OtherWriter& other, const WriterIdentity& identity, Time now);
  void add_unseen(std::chrono::nanoseconds time);

  const std::string own_id_;
  const std::chrono::nanoseconds interval_;
  const std::chrono::nanoseconds ttl_;
  std::string own_text_;             ///< the beginning of what this process wrote last
  std::vector<OtherWriter> others_;  ///< oldest first
  std::optional<Time> last_beat_;    ///< when the previous accepted beat began
  std::uint64_t vanished_ = 0;
};

}  // namespace heartbeat
