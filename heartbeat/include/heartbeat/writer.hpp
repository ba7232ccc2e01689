#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace heartbeat {

/// The condition of the beat thread itself, since its start. It travels in the
/// document, and Heartbeat::writer tells it to the host.
struct Writer {
  std::uint64_t late_beats = 0;  ///< began more than 100 ms after they were planned
  std::uint64_t failed_writes = 0;
  std::uint64_t reconnects = 0;
  /// How often the key was found empty though the beat before had been accepted and
  /// could not have expired: it was evicted, flushed or deleted. As with `rival`,
  /// 0 where Redis does not let us look.
  std::uint64_t vanished = 0;
  std::string last_error{};               ///< without secrets; empty: none yet
  std::chrono::milliseconds lateness{0};  ///< of the newest beat: how long after its time it began
  std::chrono::milliseconds worst_lateness{0};
  std::chrono::milliseconds last_write{
      0};  ///< how long the last try to write took, connecting included
  std::chrono::milliseconds suspended{0};  ///< how long the machine has been suspended in all
  /// Why the newest try to write Config::file failed; empty: it did not.
  std::string file_error{};
  /// The thread was starved, or the machine suspended, for longer than an
  /// interval before this beat: what happened, in words. Else empty. What the
  /// checks say of that time may be wrong, so such a beat is degraded at best.
  std::string lapse{};
  /// Who else is writing the same key, such as "host b1, pid 7": a service that was
  /// started twice, or a name given to two. Else empty. Readers see only the newest
  /// document, so every beat is degraded at best meanwhile. It ends when the other
  /// stops, or is silent for three of its intervals.
  std::string rival{};

  bool operator==(const Writer&) const = default;
};

}  // namespace heartbeat
