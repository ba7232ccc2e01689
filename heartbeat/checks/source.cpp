#include "heartbeat/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/evaluate.hpp"
#include "document/secrets.hpp"
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

void Flag::set(bool value, std::string_view reason) noexcept {
  if (value || reason.empty()) return set(value);
  const auto size = cut_before_mask(reason, std::tuple_size_v<ReasonWords> * word_bytes);
  const auto number = shared_->reasons.fetch_add(1) + 1;
  std::size_t next = 0;
  for (auto& word : shared_->latest[number % shared_->latest.size()]) {
    std::uint64_t bytes = number << 8 * word_bytes;
    for (std::size_t i = 0; i < word_bytes && next < size; ++i, ++next)
      bytes |= std::uint64_t{static_cast<unsigned char>(reason[next])} << 8 * i;
    word.store(bytes);
  }
  if ((shared_->state.exchange(down | number << 2U) & level) != down) waker_.wake();
}

std::string Flag::reason() const {
  const auto state = shared_->state.load();
  const auto number = state >> 2U;
  if ((state & level) != down || number == 0) return {};
  std::string text;
  for (const auto& word : shared_->latest[number % shared_->latest.size()]) {
    const auto bytes = word.load();
    if (bytes >> 8 * word_bytes != (number & 0xffffU)) return {};
    for (std::size_t i = 0; i < word_bytes; ++i) text += static_cast<char>(bytes >> 8 * i);
  }
  return text.substr(0, text.find('\0'));
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
