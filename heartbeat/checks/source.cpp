#include "heartbeat/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "checks/evaluate.hpp"
#include "document/time.hpp"
#include "heartbeat/error.hpp"

namespace heartbeat {
namespace {

constexpr std::uint64_t max_stamps = 1'000'000;
// The document shows a count or a rate exactly up to this many events.
constexpr std::size_t min_stamps = 1024;

void require_positive(std::chrono::nanoseconds length, std::string_view what) {
  if (length <= std::chrono::nanoseconds{0})
    throw ConfigError(
        fmt::format("{} of {} is not positive", what,
                    format_duration(std::chrono::floor<std::chrono::milliseconds>(length))));
}

// Makes the log keep the time stamps that the comparison needs. Throws if it needs too many.
void reserve(detail::EventLog& log, Comparison comparison, double events) {
  const auto range = CountRange::of(comparison, events);
  if (!range)
    throw ConfigError(
        fmt::format("a number of events is always or never {} {}: the check would never change",
                    to_string(comparison), events));
  if (range->stamps_needed() > max_stamps)
    throw ConfigError(fmt::format(
        "comparing with {} events needs more than {} time stamps: take a shorter window", events,
        max_stamps));
  log.reserve(std::max<std::size_t>(range->stamps_needed(), min_stamps));
}

}  // namespace

void detail::EventLog::reserve(std::size_t n) {
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

std::uint64_t detail::EventLog::count(std::chrono::nanoseconds window, Time now) const noexcept {
  // The k-th newest stamp is older for a larger k, so a binary search finds the border.
  std::uint64_t inside = 0;
  std::uint64_t outside = std::min<std::uint64_t>(total(), capacity()) + 1;
  while (outside - inside > 1) {
    const auto middle = inside + (outside - inside) / 2;
    (now - newest(middle) < window ? inside : outside) = middle;
  }
  return inside;
}

// Several threads may give reasons at once, and a process may be killed while it gives one: each
// has a slot to itself, unless three others overtake it.
void Flag::set(bool value, std::string_view reason) noexcept {
  if (value || reason.empty()) return set(value);
  std::array<char, sizeof(ReasonWords)> bytes{};
  auto size = std::min(reason.size(), bytes.size());
  if (size < reason.size())
    while (size > 0 && (static_cast<unsigned char>(reason[size]) & 0xc0U) == 0x80) --size;
  reason.copy(bytes.data(), size);

  const auto number = reasons_.fetch_add(1) + 1;
  auto& slot = latest_[number % latest_.size()];
  slot.number.store(0);
  const auto words = std::bit_cast<ReasonWords>(bytes);
  for (std::size_t i = 0; i < words.size(); ++i) slot.text[i].store(words[i]);
  slot.number.store(number);
  if ((state_.exchange(down | number << 2U) & level) != down) waker_.wake();
}

std::string Flag::reason() const {
  const auto state = state_.load();
  const auto number = state >> 2U;
  const auto& slot = latest_[number % latest_.size()];
  if ((state & level) != down || number == 0 || slot.number.load() != number) return {};
  ReasonWords words{};
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = slot.text[i].load();
  if (slot.number.load() != number) return {};
  const auto bytes = std::bit_cast<std::array<char, sizeof words>>(words);
  return {bytes.begin(), std::ranges::find(bytes, '\0')};
}

Condition Events::within(std::chrono::nanoseconds limit) {
  require_positive(limit, "a limit");
  return {.source = this,
          .kind = Kind::age,
          .comparison = Comparison::less,
          .limit = std::chrono::duration<double>(limit).count(),
          .window = limit};
}

Condition Events::Count::compare(Comparison comparison, std::uint64_t n) const {
  require_positive(window_, "a window");
  const auto limit = static_cast<double>(n);
  reserve(events_.log(), comparison, limit);
  return {.source = &events_,
          .kind = Kind::count,
          .comparison = comparison,
          .limit = limit,
          .window = window_};
}

Condition Events::Rate::compare(Comparison comparison, double bound) const {
  require_positive(window_, "a window");
  reserve(events_.log(), comparison, bound * std::chrono::duration<double>(window_).count());
  return {.source = &events_,
          .kind = Kind::rate,
          .comparison = comparison,
          .limit = bound,
          .window = window_};
}

}  // namespace heartbeat
