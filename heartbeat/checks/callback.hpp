#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "checks/evaluate.hpp"
#include "document/text.hpp"
#include "heartbeat/heartbeat.hpp"

namespace heartbeat {

/// How one call of a callback ended.
struct CallbackResult {
  bool success = false;
  std::string output{};  ///< the text of its exception
};

/// A test of the service, the result of its last call, and whether a call is running.
/// Thread-safe: one thread calls it, others read its state.
class Callback {
 public:
  Callback(std::function<bool()> test, Polling polling)
      : test_{std::move(test)}, polling_{polling} {}

  const Polling& polling() const noexcept { return polling_; }

  /// Records that a call begins.
  void begin(Time now) {
    const std::lock_guard lock{mutex_};
    state_.called_at = now;
  }

  /// Calls the test. Blocks as long as the test does. Never throws.
  CallbackResult run() const noexcept try {
    return {.success = test_()};
  } catch (const std::exception& e) {
    return {.output = truncate(printable(e.what()), max_output_bytes)};
  } catch (...) {
    return {.output = "threw a value that is not a std::exception"};
  }

  /// Records that the call ended.
  void end(CallbackResult result) {
    const std::lock_guard lock{mutex_};
    state_ = {.success = result.success, .output = std::move(result.output)};
  }

  CallbackState state() const {
    const std::lock_guard lock{mutex_};
    return state_;
  }

 private:
  /// The output of a hundred callbacks must fit into one document.
  static constexpr std::size_t max_output_bytes = 100;

  const std::function<bool()> test_;
  const Polling polling_;
  mutable std::mutex mutex_;
  CallbackState state_;
};

}  // namespace heartbeat
