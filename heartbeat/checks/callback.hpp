#pragma once

#include <functional>
#include <mutex>

#include "checks/evaluate.hpp"
#include "heartbeat/heartbeat.hpp"

namespace heartbeat {

/// How one call of a callback ended.
struct CallbackResult {
  bool success = false;
  std::string output{};  ///< the text of its exception
};

/// A test of the host's own, the result of its last call, and whether a call is running.
/// Thread-safe: one thread calls it, others read its state.
class Callback {
 public:
  Callback(std::function<bool()> test, Polling polling)
      : test_{std::move(test)}, polling_{polling} {}

  const Polling& polling() const noexcept { return polling_; }

  /// A call begins.
  void begin(Time now);

  /// Calls the test, for as long as that takes. Never throws.
  CallbackResult run() const noexcept;

  /// The call ended.
  void end(CallbackResult result);

  CallbackState state() const;

 private:
  const std::function<bool()> test_;
  const Polling polling_;
  mutable std::mutex mutex_;
  CallbackState state_;
};

}  // namespace heartbeat
