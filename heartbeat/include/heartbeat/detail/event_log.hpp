#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "heartbeat/clock.hpp"
#include "heartbeat/detail/shared.hpp"

namespace heartbeat::detail {

/// The time stamps of the newest events of one source, in a ring of fixed size.
///
/// It makes counts exact: the stamp of the (N+1)th newest event answers "N or fewer in the last
/// W". Buckets would forget early.
///
/// record() is lock-free, from any thread and from forked children. reserve() may run at the same
/// time (events recorded meanwhile may lose their stamp; a child that was forked before keeps
/// stamping the old ring). Every other function belongs to one reader at a time. A stamp that
/// another thread has claimed but not stored yet still holds the event that it replaces: at worst
/// one event is seen a moment late. If its process was killed meanwhile, complete() stores it.
class EventLog {
 public:
  /// What the stamp of an event is whose process was killed before it stored one: that of the next
  /// event or, if there is none, of the moment at which it is missed; or that of the event before.
  enum class Missing { next, previous };

  explicit EventLog(Missing missing = Missing::next) : missing_{missing} {}
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  /// Returns true if these events bring the total to the announced number: the reader must look
  /// again. Returns true once for each announced number.
  bool record(Time now, std::uint64_t n = 1) noexcept {
    if (n == 0) return false;
    // What does not change is read first: a processor reads nothing while it adds.
    const Ring ring = *ring_.load(std::memory_order_acquire);
    Counter& counter = *counter_;
    const std::int64_t stamp = now.time_since_epoch().count();
    const std::uint64_t first = counter.total.fetch_add(n, std::memory_order_relaxed);
    const std::uint64_t last = first + n;
    if (n == 1)
      ring.stamp(first, stamp);
    else
      for (std::uint64_t i = n <= ring.size() ? first : last - ring.size(); i != last; ++i)
        ring.stamp(i, stamp);
    // The reader's half of this fence is a membarrier(2) after announce_at().
    std::atomic_signal_fence(std::memory_order_seq_cst);
    return last >= counter.announce_at.load(std::memory_order_relaxed) &&
           counter.announce_at.exchange(never, std::memory_order_relaxed) != never;
  }

  /// From now on keeps at least the `n` newest stamps. Not for the hot path.
  void reserve(std::size_t n);

  std::size_t capacity() const noexcept { return ring_.load(std::memory_order_acquire)->size(); }
  std::uint64_t total() const noexcept { return counter_->total.load(std::memory_order_relaxed); }

  /// Stores the stamps that killed processes did not store. Call it before looking at stamps.
  void complete(Time now) noexcept;

  /// Whether the newest event has a stamp.
  bool has_newest() const noexcept { return total() > 0 && newest(1) != Time{}; }

  void leave_parent();

  /// The stamp of the k-th newest event; k from 1 to min(total, capacity).
  Time newest(std::uint64_t k) const noexcept {
    const Ring& ring = *ring_.load(std::memory_order_acquire);
    return Time{std::chrono::nanoseconds{ring.slot(total() - k).load(std::memory_order_relaxed)}};
  }

  /// How many of the kept stamps are less than `window` old at `now`.
  std::uint64_t count(std::chrono::nanoseconds window, Time now) const noexcept;

  /// record() will return true when the total reaches `at`.
  void announce_at(std::uint64_t at) noexcept {
    counter_->announce_at.store(at, std::memory_order_relaxed);
  }
  static constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();

 private:
  using Slot = std::atomic<std::int64_t>;
  static_assert(Slot::is_always_lock_free);

  struct Ring {
    Slot* slots;
    std::size_t mask;  // the size is a power of two

    std::size_t size() const noexcept { return mask + 1; }
    Slot& slot(std::uint64_t i) const noexcept { return slots[i & mask]; }

    /// Does not store an equal stamp: a load costs less than a store. In a storm that goes round
    /// the ring within one tick of the clock, threads then share cache lines that they would take
    /// from each other at every event.
    void stamp(std::uint64_t i, std::int64_t now) const noexcept {
      Slot& at = mask == 0 ? *slots : slot(i);  // the only one is found before `i` is known
      if (at.load(std::memory_order_relaxed) != now) at.store(now, std::memory_order_relaxed);
    }
  };
  struct LargerRing {
    explicit LargerRing(std::size_t size)
        : memory{size * sizeof(Slot)}, ring{new(memory.data()) Slot[size]{}, size - 1} {}
    SharedMemory memory;
    Ring ring;
  };

  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
  static_assert(std::atomic<Ring*>::is_always_lock_free);

  // One cache line holds what every event writes, others what an event only reads. Those stay in
  // the cache of every thread that marks.
  struct Counter {
    alignas(64) std::atomic<std::uint64_t> total{0};
    Slot only{0};  // enough for a source whose only check is an age
    alignas(64) std::atomic<std::uint64_t> announce_at{never};
  };

  Shared<Counter> counter_;
  Ring smallest_{&counter_->only, 0};
  std::atomic<Ring*> ring_{&smallest_};
  const Missing missing_;
  std::atomic<std::uint64_t> completed_{0};  // the events before this one have a stamp
  std::int64_t latest_ = 0;                  // of these stamps
  std::mutex growing_;
  // Replaced rings stay allocated: a thread may still write to them.
  std::vector<std::unique_ptr<LargerRing>> rings_;
};

}  // namespace heartbeat::detail
