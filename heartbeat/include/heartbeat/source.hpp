#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "heartbeat/clock.hpp"
#include "heartbeat/condition.hpp"
#include "heartbeat/detail/event_log.hpp"
#include "heartbeat/detail/shared.hpp"
#include "heartbeat/detail/waker.hpp"

/// Sources: a service sets or marks them when something happens. A Heartbeat creates and owns
/// them; a reference is valid as long as that Heartbeat lives.
///
/// set, add and mark are noexcept, take no lock, allocate nothing, and may be called from any
/// thread, before start() and after stop(). The only system call wakes the beat thread; it is made
/// only if a check's state may change.
///
/// Forked children share the sources of their parent: the values are in memory that all of them
/// map, and a child wakes the parent's beat thread as a thread does. If a child is killed in the
/// middle of mark(), the event counts: an error with the time at which that is noticed, activity
/// with the time of the event before it.
namespace heartbeat {

/// True or false, such as "the connection is up".
class Flag {
 public:
  explicit Flag(detail::Waker& waker) : waker_{waker} {}

  void set(bool value) noexcept {
    const std::uint64_t now = value ? up : down;
    if ((shared_->state.load(std::memory_order_relaxed) & level) == now) return;
    if ((shared_->state.exchange(now) & level) != now) waker_.wake();
  }
  /// Also keeps why it is false, such as "HTTP 403", until it is true: the check's text shows it.
  /// UTF-8, cut to 120 bytes. The reason of a true flag is ignored.
  void set(bool value, std::string_view reason) noexcept;
  /// Only a bool: a pointer, a function or a number would be true by conversion.
  template <std::convertible_to<bool> T>
    requires(!requires(T value) { bool{value}; })
  void set(T value) = delete;
  template <std::convertible_to<bool> T>
    requires(!requires(T value) { bool{value}; })
  void set(T value, std::string_view reason) = delete;

  /// The last value set; nothing if it was never set.
  std::optional<bool> value() const noexcept {
    const auto now = shared_->state.load() & level;
    return now == never ? std::nullopt : std::optional{now == up};
  }

  /// Why it is false; empty if that is not known.
  std::string reason() const;

  /// The flag must be true. Before it is set for the first time the check waits, at most for
  /// the start grace.
  Condition is_set() noexcept { return {.source = this}; }

  /// For the library.
  void leave_parent() { shared_.leave_parent(); }

 private:
  static constexpr std::uint64_t never = 0, down = 1, up = 2, level = 3;
  /// 120 bytes, six in a word. Above them each word has the number of its reason: a text is whole
  /// if all its words have one number, whoever writes or is killed meanwhile.
  using ReasonWords = std::array<std::atomic<std::uint64_t>, 20>;
  static constexpr std::size_t word_bytes = 6;

  struct FlagState {
    std::atomic<std::uint64_t> state{never};  ///< in two bits; above them the number of its reason
    std::atomic<std::uint64_t> reasons{0};    ///< how many there have been
    std::array<ReasonWords, 4> latest{};      ///< a reader is rarely overtaken
  };
  detail::Shared<FlagState> shared_;
  detail::Waker& waker_;
};

/// A number with a current value, such as a queue's length. Zero until set.
class Gauge {
 public:
  explicit Gauge(detail::Waker& waker) : waker_{waker} {}

  void set(double value) noexcept {
    shared_->value.store(value);
    after_change(value);
  }
  void add(double by) noexcept { after_change(shared_->value.fetch_add(by) + by); }

  double value() const noexcept { return shared_->value.load(); }
  /// Whether it was ever set or added to.
  bool touched() const noexcept { return shared_->touched.load(); }

  Condition operator<(double bound) noexcept { return compare(Comparison::less, bound); }
  Condition operator<=(double bound) noexcept { return compare(Comparison::less_equal, bound); }
  Condition operator>(double bound) noexcept { return compare(Comparison::greater, bound); }
  Condition operator>=(double bound) noexcept { return compare(Comparison::greater_equal, bound); }
  Condition operator==(double bound) noexcept { return compare(Comparison::equal, bound); }
  Condition operator!=(double bound) noexcept { return compare(Comparison::not_equal, bound); }

  /// The same, with the comparison as a value.
  Condition compare(Comparison comparison, double bound) noexcept {
    return {.source = this, .kind = Kind::gauge, .comparison = comparison, .limit = bound};
  }

  /// For the library. No check changes while the value is from `from` to `to`, both included: only
  /// a value outside that range wakes the beat thread.
  void quiet_between(double from, double to) noexcept {
    shared_->quiet_to.store(to);
    shared_->quiet_from.store(from);
  }

  void leave_parent() { shared_.leave_parent(); }

 private:
  void after_change(double value) noexcept {
    if (!shared_->touched.load(std::memory_order_relaxed)) shared_->touched.store(true);
    const bool quiet = value >= shared_->quiet_from.load() && value <= shared_->quiet_to.load();
    if (!quiet) waker_.wake();  // NaN is never quiet
  }

  // What a change only reads has its own cache line, as in EventLog.
  struct GaugeState {
    alignas(64) std::atomic<double> value{0};
    alignas(64) std::atomic<bool> touched{false};
    std::atomic<double> quiet_from{std::numeric_limits<double>::infinity()};
    std::atomic<double> quiet_to{-std::numeric_limits<double>::infinity()};
  };
  detail::Shared<GaugeState> shared_;
  detail::Waker& waker_;
};

/// Events that happen: ticks, messages, errors.
class Events {
 public:
  using Missing = detail::EventLog::Missing;
  Events(detail::Waker& waker, const Clock& clock, Missing missing = Missing::next)
      : log_{missing}, clock_{clock}, waker_{waker} {}

  /// `n` events happened now. Makes at most as many stores as the source keeps time stamps,
  /// however large `n` is.
  void mark(std::uint64_t n = 1) noexcept {
    if (log_.record(clock_.now(), n)) waker_.wake();
  }
  /// The same; a negative number marks nothing.
  template <std::signed_integral Number>
  void mark(Number n) noexcept {
    if (n > 0) mark(static_cast<std::uint64_t>(n));
  }
  /// A bool and a number with a fraction are no number of events.
  template <typename T>
    requires std::same_as<T, bool> || std::floating_point<T>
  void mark(T) = delete;

  /// The number of events ever marked.
  std::uint64_t total() const noexcept { return log_.total(); }

  /// The last event must be less than `limit` ago. Throws ConfigError unless `limit` is positive.
  Condition within(std::chrono::nanoseconds limit);

  /// The number of events in the last `window`, to be compared with a number: `count(5min) == 0`.
  /// Exact at both ends of the window. The comparison throws ConfigError for a number above
  /// 1,000,000 (the source keeps 8 bytes for each), for a window that is not positive, and if
  /// every count or no count would pass.
  class Count {
   public:
    Condition operator<(std::uint64_t n) const { return compare(Comparison::less, n); }
    Condition operator<=(std::uint64_t n) const { return compare(Comparison::less_equal, n); }
    Condition operator>(std::uint64_t n) const { return compare(Comparison::greater, n); }
    Condition operator>=(std::uint64_t n) const { return compare(Comparison::greater_equal, n); }
    Condition operator==(std::uint64_t n) const { return compare(Comparison::equal, n); }
    Condition operator!=(std::uint64_t n) const { return compare(Comparison::not_equal, n); }
    Condition compare(Comparison comparison, std::uint64_t n) const;

   private:
    friend class Events;
    Count(Events& events, std::chrono::nanoseconds window) : events_{events}, window_{window} {}
    Events& events_;
    std::chrono::nanoseconds window_;
  };
  Count count(std::chrono::nanoseconds window) { return {*this, window}; }

  /// Events a second over the last `window`, to be compared with a number: `rate(60s) > 0`. The
  /// number times the window must be within the limits of a count. A rate has no == and no !=.
  class Rate {
   public:
    Condition operator<(double bound) const { return compare(Comparison::less, bound); }
    Condition operator<=(double bound) const { return compare(Comparison::less_equal, bound); }
    Condition operator>(double bound) const { return compare(Comparison::greater, bound); }
    Condition operator>=(double bound) const { return compare(Comparison::greater_equal, bound); }
    Condition compare(Comparison comparison, double bound) const;

   private:
    friend class Events;
    Rate(Events& events, std::chrono::nanoseconds window) : events_{events}, window_{window} {}
    Events& events_;
    std::chrono::nanoseconds window_;
  };
  Rate rate(std::chrono::nanoseconds window) { return {*this, window}; }

  /// For the library.
  detail::EventLog& log() noexcept { return log_; }
  const detail::EventLog& log() const noexcept { return log_; }

 private:
  detail::EventLog log_;
  const Clock& clock_;
  detail::Waker& waker_;
};

}  // namespace heartbeat
