#pragma once

#include <functional>
#include <mutex>

#include "checks/evaluate.hpp"
#include "heartbeat/heartbeat.hpp"

namespace heartbeat {

/// A test of the host's own, and what is known of it. Thread-safe: one thread
/// asks, another one judges.
class Callback {
 public:
  Callback(std::function<bool()> test, Polling polling)
      : test_{std::move(test)}, polling_{polling} {}

  const Polling& polling() const noexcept { return polling_; }

  void begin(Time now);

  /// Runs the test, for as long as that takes. Never throws.
  struct Answer {
    bool success = false;
    std::string output{};
  };
  Answer run() const noexcept;

  void end(Answer answer);

  CallbackState reading() const;

 private:
  const std::function<bool()> test_;
  const Polling polling_;
  mutable std::mutex mutex_;
  CallbackState reading_;
};

}  // namespace heartbeat
