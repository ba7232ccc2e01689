#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace probe {

/// A setting in use, without secrets, and its origin.
struct EffectiveSetting {
  std::string name;
  std::string value;
  std::string origin;  ///< `--timeout`, `REDIS_URL`, `default`
};

/// A step on the way to the verdict.
struct Step {
  std::chrono::microseconds at;    ///< since the process started
  std::chrono::microseconds took;  ///< if it has not ended: up to now
  std::string what;                ///< `connect 10.0.0.1:6379`
  std::string outcome;             ///< empty: it has not ended
};

/// How a verdict was reached, for --explain.
struct Explanation {
  std::vector<EffectiveSetting> settings;
  std::vector<Step> steps;
};

/// A line for each setting and each step, for people. Escaped.
std::string render(const Explanation& explanation);

}  // namespace probe
