#pragma once

#include <chrono>
#include <string_view>
#include <variant>

namespace heartbeat {

class Flag;
class Events;
class Gauge;
class Callback;

/// What a check looks at.
enum class Kind { flag, age, count, rate, gauge, callback };

enum class Comparison { less, less_equal, greater, greater_equal, equal, not_equal };

/// `flag`, `age`, ... as the document spells it.
std::string_view to_string(Kind kind) noexcept;

/// `<`, `<=`, `>`, `>=`, `==` or `!=`.
std::string_view to_string(Comparison comparison) noexcept;

/// One demand on one source, such as `ticks.within(60s)`: a plain value, made by
/// a source and handed to Heartbeat::check.
struct Condition {
  std::variant<Flag*, Events*, Gauge*, Callback*> source;
  Kind kind = Kind::flag;
  Comparison comparison = Comparison::equal;
  /// Compared with: seconds for an age, events for a count, events a second for
  /// a rate; 1 (true) for a flag or a callback.
  double limit = 1;
  /// Over which a count or a rate is taken.
  std::chrono::nanoseconds window{0};
};

}  // namespace heartbeat
