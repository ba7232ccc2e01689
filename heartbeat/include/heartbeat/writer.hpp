#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace heartbeat {

/// The condition of the beat threads since start(). The document contains it, and Heartbeat::writer
/// returns it. The fields about lateness describe the Redis thread; in the document of a file they
/// describe the file's thread.
struct Writer {
  std::uint64_t late_beats = 0;  ///< beats that began over 100 ms after their planned time
  std::uint64_t failed_writes = 0;
  std::uint64_t reconnects = 0;
  /// How often the key was gone although the previous beat was accepted and could not have expired:
  /// the key was evicted, flushed or deleted. 0 if the Redis user may not read the key.
  std::uint64_t vanished = 0;
  std::string last_error{};               ///< of a failed write, without secrets; empty: none
  std::chrono::milliseconds lateness{0};  ///< how long after its planned time the newest beat began
  std::chrono::milliseconds worst_lateness{0};
  std::chrono::milliseconds last_write{0};  ///< how long the last write took, connecting included
  std::chrono::milliseconds suspended{0};   ///< how long the machine has been suspended in all
  /// Why the newest write to Config::file failed. Empty: it did not fail.
  std::string file_error{};
  /// Why the thread stalled before this beat: for longer than an interval it was not scheduled, or
  /// the machine was suspended. Empty: it did not stall. The checks may be wrong about that time,
  /// so the beat is degraded at best.
  std::string lapse{};
  /// Which other process writes the same key, such as "host b1, pid 7": a service that was started
  /// twice, or two services with one name. Empty: no other process, or the Redis user may not read
  /// the key. Readers see only the newest document, so every beat is degraded at best. Cleared when
  /// the other process stops or is silent for three of its intervals.
  std::string rival{};
  /// Why the file of a schedule (`@FILE` among its dates) is not read again although it changed or
  /// is gone. Empty: every file is read. The old dates hold, and every beat is degraded at best.
  std::string dates_error{};

  bool operator==(const Writer&) const = default;
};

}  // namespace heartbeat
