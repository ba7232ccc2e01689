#pragma once

#include <chrono>
#include <string_view>
#include <variant>

namespace heartbeat {

class Flag;
class Events;
class Gauge;
class Callback;

/// What a check evaluates.
enum class Kind { flag, age, count, rate, gauge, callback };

enum class Comparison { less, less_equal, greater, greater_equal, equal, not_equal };

/// `flag`, `age`, ... as in the document.
std::string_view to_string(Kind kind) noexcept;

/// `<`, `<=`, `>`, `>=`, `==` or `!=`.
std::string_view to_string(Comparison comparison) noexcept;

/// A requirement on one source, such as `ticks.within(60s)`: a plain value. A source creates it,
/// Heartbeat::check takes it.
struct Condition {
  std::variant<Flag*, Events*, Gauge*, Callback*> source;
  Kind kind = Kind::flag;
  Comparison comparison = Comparison::equal;
  /// Compared with the value: seconds for an age, events for a count, events a second for a rate;
  /// 1 (true) for a flag or a callback.
  double limit = 1;
  /// The window of a count or a rate.
  std::chrono::nanoseconds window{0};
};

}  // namespace heartbeat
