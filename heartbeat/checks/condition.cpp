#include "heartbeat/condition.hpp"

#include <fmt/format.h>

#include "checks/evaluate.hpp"
#include "document/time.hpp"
#include "heartbeat/error.hpp"
#include "heartbeat/source.hpp"

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

// Has the log keep as many time stamps as the comparison needs. Throws if it cannot.
void reserve(detail::EventLog& log, Comparison comparison, double events) {
  const auto range = CountRange::of(comparison, events);
  if (!range)
    throw ConfigError(
        fmt::format("every number of events, or none, is {} {}: the check would never change",
                    to_string(comparison), events));
  if (range->stamps_needed() > max_stamps)
    throw ConfigError(fmt::format(
        "comparing with {} events needs more than {} time stamps: take a shorter window", events,
        max_stamps));
  log.reserve(std::max<std::size_t>(range->stamps_needed(), min_stamps));
}

}  // namespace

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
