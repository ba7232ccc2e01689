#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace probe {

/// A setting that is in force, without secrets, and where it comes from.
struct EffectiveSetting {
  std::string name;
  std::string value;
  std::string origin;  ///< `--timeout`, `REDIS_URL`, `default`
};

/// Something that was done to get the answer.
struct Step {
  std::chrono::microseconds at;    ///< since the process started
  std::chrono::microseconds took;  ///< of one that has not ended: up to now
  std::string what;                ///< `connect 10.0.0.1:6379`
  std::string outcome;             ///< empty: it has not ended
};

/// How a verdict came about.
struct Explanation {
  std::vector<EffectiveSetting> settings;
  std::vector<Step> steps;
};

/// For people: a line for each setting and each step. Safe to print.
std::string render(const Explanation& explanation);

}  // namespace probe
