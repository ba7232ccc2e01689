#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace heartbeat {

/// The condition of the beat threads since start(). The document contains it, and
/// Heartbeat::writer returns it. Durations of lateness are those of the thread for Redis; the
/// document in a file has those of its own thread.
struct Writer {
  std::uint64_t late_beats = 0;  ///< began more than 100 ms after their planned time
  std::uint64_t failed_writes = 0;
  std::uint64_t reconnects = 0;
  /// How often the key was gone although the beat before was accepted and could not have expired:
  /// it was evicted, flushed or deleted. 0 if the Redis user may not read the key, as for `rival`.
  std::uint64_t vanished = 0;
  std::string last_error{};               ///< of a failed write, without secrets; empty: none
  std::chrono::milliseconds lateness{0};  ///< how long after its planned time the newest beat began
  std::chrono::milliseconds worst_lateness{0};
  std::chrono::milliseconds last_write{0};  ///< how long the last write took, connecting included
  std::chrono::milliseconds suspended{0};   ///< how long the machine has been suspended in all
  /// Why the newest write to Config::file failed; empty: it did not.
  std::string file_error{};
  /// Why the thread stalled before this beat, in words: it got no processor, or the machine was
  /// suspended, for longer than an interval. Empty: it did not. The checks may be wrong about that
  /// time, so the beat is degraded at best.
  std::string lapse{};
  /// Who else writes the same key, such as "host b1, pid 7": a service that was started twice, or
  /// two services with one name. Empty: nobody. Readers see only the newest document, so every
  /// beat is degraded at best. Ends when the other stops or is silent for three of its intervals.
  std::string rival{};

  bool operator==(const Writer&) const = default;
};

}  // namespace heartbeat
