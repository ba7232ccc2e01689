#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/verdict.hpp"
#include "redis/connect.hpp"
#include "render/render.hpp"

namespace probe {

/// The problem if the deadline passes in this stage.
Problem deadline_passed(heartbeat::redis::Stage stage, const std::string& where,
                        std::chrono::milliseconds limit);

/// Records the steps of a check with their times, and reports each stage on the way to Redis when
/// it begins.
class Trace final : public heartbeat::redis::ProgressListener {
 public:
  using Steady = std::chrono::steady_clock;
  using OnStage = std::function<void(heartbeat::redis::Stage, const std::string& where)>;

  Trace(Steady::time_point started, OnStage on_stage)
      : started_{started}, on_stage_{std::move(on_stage)} {}

  void begun(heartbeat::redis::Stage stage, const std::string& where) override;
  void ended(const std::string& outcome) override;

  /// Begins a step of another kind, which is not reported to `on_stage`.
  void begun(std::string what);

  /// All steps so far; the last one may not have ended.
  std::vector<Step> steps() const;

 private:
  std::chrono::microseconds now() const;

  Steady::time_point started_;
  OnStage on_stage_;
  std::vector<Step> steps_;
};

}  // namespace probe
