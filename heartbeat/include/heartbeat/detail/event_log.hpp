#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "heartbeat/clock.hpp"

namespace heartbeat::detail {

/// The time stamps of the newest events of one source, in a ring of fixed size.
///
/// Exactness comes from here: "N or fewer in the last W" is answered by the
/// stamp of the (N+1)th newest event, not from buckets, which forget early.
///
/// record() is lock-free, from any thread. reserve() may be called beside it
/// (events recorded meanwhile may lose their stamp); all else belongs to one
/// reader at a time. A stamp claimed but not yet stored by another thread shows
/// the event that it replaces: at worst one event is seen a moment late.
class EventLog {
 public:
  EventLog() { reserve(1); }
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  /// True when these events bring the total to the number that the reader
  /// waits for: it should look again. True once for each announced number.
  bool record(Time now, std::uint64_t n = 1) noexcept {
    if (n == 0) return false;
    Ring& ring = *ring_.load(std::memory_order_acquire);
    const std::uint64_t first = total_.fetch_add(n, std::memory_order_relaxed);
    const std::uint64_t last = first + n;
    for (std::uint64_t i = n <= ring.size() ? first : last - ring.size(); i != last; ++i)
      ring.slot(i).store(now.time_since_epoch().count(), std::memory_order_relaxed);
    // The reader's half of this fence is a membarrier() after it announces.
    std::atomic_signal_fence(std::memory_order_seq_cst);
    return last >= announce_at_.load(std::memory_order_relaxed) &&
           announce_at_.exchange(never, std::memory_order_relaxed) != never;
  }

  /// From now on remembers at least the `n` newest stamps. Not on the hot path.
  void reserve(std::size_t n);

  std::size_t capacity() const noexcept { return ring_.load(std::memory_order_acquire)->size(); }
  std::uint64_t total() const noexcept { return total_.load(std::memory_order_relaxed); }

  /// The stamp of the k-th newest event; k from 1 to min(total, capacity).
  Time newest(std::uint64_t k) const noexcept {
    const Ring& ring = *ring_.load(std::memory_order_acquire);
    return Time{std::chrono::nanoseconds{ring.slot(total() - k).load(std::memory_order_relaxed)}};
  }

  /// How many of the remembered events are less than `window` old at `now`.
  std::uint64_t count(std::chrono::nanoseconds window, Time now) const noexcept;

  /// Asks record() to answer true when the total reaches `at`.
  void announce_at(std::uint64_t at) noexcept { announce_at_.store(at, std::memory_order_relaxed); }
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

 private:
  class Ring {
   public:
    explicit Ring(std::size_t size) : slots_{std::make_unique<Slot[]>(size)}, mask_{size - 1} {}
    std::size_t size() const noexcept { return mask_ + 1; }
    std::atomic<std::int64_t>& slot(std::uint64_t i) const noexcept { return slots_[i & mask_]; }

   private:
    using Slot = std::atomic<std::int64_t>;
    std::unique_ptr<Slot[]> slots_;
    std::size_t mask_;  // the size is a power of two
  };

  alignas(64) std::atomic<std::uint64_t> total_{0};
  std::atomic<std::uint64_t> announce_at_{never};
  std::atomic<Ring*> ring_{nullptr};
  std::mutex growing_;
  std::vector<std::unique_ptr<Ring>>
      rings_;  // outgrown ones are kept: a thread may still write to them
};

}  // namespace heartbeat::detail
