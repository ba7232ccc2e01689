#include "heartbeat/detail/event_log.hpp"

#include <algorithm>
#include <bit>

namespace heartbeat::detail {

void EventLog::reserve(std::size_t n) {
  const std::lock_guard lock{growing_};
  const Ring& old = *ring_.load(std::memory_order_acquire);
  const auto size = std::bit_ceil(std::max<std::size_t>(n, 1));
  if (old.size() >= size) return;

  auto ring = std::make_unique<Ring>(size);
  const auto total = total_.load(std::memory_order_relaxed);
  for (std::uint64_t k = 1; k <= std::min<std::uint64_t>(total, old.size()); ++k)
    ring->slot(total - k).store(old.slot(total - k).load(std::memory_order_relaxed),
                                std::memory_order_relaxed);
  ring_.store(ring.get(), std::memory_order_release);
  rings_.push_back(std::move(ring));
}

std::uint64_t EventLog::count(std::chrono::nanoseconds window, Time now) const noexcept {
  // Stamps grow older with k: a binary search finds the border.
  std::uint64_t inside = 0;
  std::uint64_t outside = std::min<std::uint64_t>(total(), capacity()) + 1;
  while (outside - inside > 1) {
    const auto middle = inside + (outside - inside) / 2;
    (now - newest(middle) < window ? inside : outside) = middle;
  }
  return inside;
}

}  // namespace heartbeat::detail
