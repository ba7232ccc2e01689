#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#include "checks/evaluate.hpp"
#include "document/secrets.hpp"
#include "document/text.hpp"
#include "heartbeat/heartbeat.hpp"

namespace heartbeat {

/// A test of the service, the result of its last call, and whether a call is running.
/// Thread-safe: one thread calls it, others read its state.
class Callback {
 public:
  /// `begun`: whether the running call has really begun; see Heartbeat::succeeds.
  Callback(std::function<bool()> test, Polling polling, std::function<bool()> begun)
      : test_{std::move(test)}, begun_{std::move(begun)}, polling_{polling} {}

  const Polling& polling() const noexcept { return polling_; }

  void begin(Time now) {
    const std::lock_guard lock{mutex_};
    state_.called_at = now;
  }

  /// Calls the test. Blocks as long as the test does. Never throws.
  CallbackState run() const noexcept try {
    return {.success = test_()};
  } catch (const std::exception& e) {
    return {.success = false, .output = output_of(e.what())};
  } catch (...) {
    return {.success = false, .output = output_of("threw a value that is not a std::exception")};
  }

  void end(CallbackState result) {
    const std::lock_guard lock{mutex_};
    state_ = std::move(result);
  }

  CallbackState state() const {
    const std::lock_guard lock{mutex_};
    auto state = state_;
    state.begun = begun_();
    return state;
  }

 private:
  static std::string output_of(std::string_view text) noexcept try {
    return printable(mask_secrets(std::string{text}), max_output_bytes);
  } catch (...) {
    return {};  // memory ran out: the check fails without an output
  }

  /// The output of a hundred callbacks must fit into one document.
  static constexpr std::size_t max_output_bytes = 100;

  const std::function<bool()> test_;
  const std::function<bool()> begun_;
  const Polling polling_;
  mutable std::mutex mutex_;
  CallbackState state_;
};

}  // namespace heartbeat
