#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/verdict.hpp"
#include "redis/connect.hpp"
#include "render/render.hpp"

namespace probe {

namespace redis = heartbeat::redis;

/// The problem if the deadline passes in this stage.
Problem deadline_passed(redis::Stage stage, const std::string& where,
                        std::chrono::milliseconds limit);

/// Records the steps of a check with their times, if it keeps them; reports each stage on the way
/// to Redis.
class Trace final : public redis::ProgressListener {
 public:
  using Steady = std::chrono::steady_clock;
  using OnStage = std::function<void(redis::Stage, const std::string& where)>;

  Trace(Steady::time_point started, OnStage on_stage, bool keeps_steps)
      : started_{started}, on_stage_{std::move(on_stage)}, keeps_steps_{keeps_steps} {}

  void begun(redis::Stage stage, const std::string& where) override;
  void ended(const std::string& outcome) override;

  /// Begins a step of another kind, which is not reported to `on_stage`.
  void begun(std::string what);

  std::vector<Step> steps() const;

 private:
  std::chrono::microseconds now() const;

  Steady::time_point started_;
  OnStage on_stage_;
  bool keeps_steps_;
  std::vector<Step> steps_;
};

}  // namespace probe
