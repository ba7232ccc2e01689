#include "heartbeat/detail/event_log.hpp"

#include <algorithm>
#include <bit>

namespace heartbeat::detail {
namespace {

// Threads that were interrupted between reading the clock and counting an event may store stamps in
// another order than events. A stamp that is older by more than this is that of an event one round
// of the ring ago.
constexpr std::int64_t max_disorder = 1'000'000'000;

}  // namespace

void EventLog::reserve(std::size_t n) {
  const std::lock_guard lock{growing_};
  const Ring& old = *ring_.load(std::memory_order_acquire);
  const auto size = std::bit_ceil(std::max<std::size_t>(n, 1));
  if (old.size() >= size) return;

  auto larger = std::make_unique<LargerRing>(size);
  const auto total = this->total();
  for (std::uint64_t k = 1; k <= std::min<std::uint64_t>(total, old.size()); ++k)
    larger->ring.slot(total - k).store(old.slot(total - k).load(std::memory_order_relaxed),
                                       std::memory_order_relaxed);
  completed_ = total;  // what the smaller ring forgot stays without a stamp
  ring_.store(&larger->ring, std::memory_order_release);
  rings_.push_back(std::move(larger));
}

std::uint64_t EventLog::count(std::chrono::nanoseconds window, Time now) const noexcept {
  // The k-th newest stamp is older for a larger k, so a binary search finds the border.
  std::uint64_t inside = 0;
  std::uint64_t outside = std::min<std::uint64_t>(total(), capacity()) + 1;
  while (outside - inside > 1) {
    const auto middle = inside + (outside - inside) / 2;
    (now - newest(middle) < window ? inside : outside) = middle;
  }
  return inside;
}

// Looks only at half of the ring: the slots of older events may be stored to meanwhile.
void EventLog::complete(Time now) noexcept {
  const Ring& ring = *ring_.load(std::memory_order_acquire);
  const auto total = this->total();
  const auto stamp_of = [&](std::uint64_t i) {
    return ring.slot(i).load(std::memory_order_relaxed);
  };
  const auto is_missing = [&](std::int64_t stamp) {
    return stamp == 0 || stamp < latest_ - max_disorder;
  };
  const auto half = std::max<std::uint64_t>(ring.size() / 2, 1);
  std::uint64_t next = 0;  // after a missing stamp: the first that is not missing
  for (auto i = std::max(completed_.load(), total > half ? total - half : 0); i < total; ++i) {
    auto stamp = stamp_of(i);
    if (is_missing(stamp)) {
      auto stored = latest_;
      if (missing_ == Missing::next) {
        next = std::max(next, i + 1);
        while (next < total && is_missing(stamp_of(next))) ++next;
        stored = next < total ? stamp_of(next) : now.time_since_epoch().count();
      }
      ring.slot(i).compare_exchange_strong(stamp, stored, std::memory_order_relaxed);
    } else {
      latest_ = std::max(latest_, stamp);
    }
  }
  completed_ = total;
}

void EventLog::leave_parent() {
  counter_.leave_parent();
  for (const auto& ring : rings_) ring->memory.leave_parent();
}

}  // namespace heartbeat::detail
