#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/explanation.hpp"
#include "core/verdict.hpp"
#include "redis/observer.hpp"

namespace probe {

/// What the verdict is if the deadline passes in this stage.
Problem last_words(heartbeat::redis::Stage stage, const std::string& where,
                   std::chrono::milliseconds limit);

/// Writes down every stage on the way to Redis with its time, and tells of each
/// that begins.
class Journal final : public heartbeat::redis::Observer {
 public:
  using Clock = std::chrono::steady_clock;
  using Begun = std::function<void(heartbeat::redis::Stage, const std::string& where)>;

  Journal(Clock::time_point started, Begun tell) : started_{started}, tell_{std::move(tell)} {}

  void begun(heartbeat::redis::Stage stage, const std::string& where) override;
  void ended(const std::string& outcome) override;

  /// The same for a step of another kind, of which nobody is told.
  void begun(std::string what);

  /// All steps so far; the last one may not have ended.
  std::vector<Step> steps() const;

 private:
  std::chrono::microseconds now() const;

  Clock::time_point started_;
  Begun tell_;
  std::vector<Step> steps_;
};

}  // namespace probe
