#pragma once

#include <span>

#include "core/verdict.hpp"

namespace probe {

/// What passes beside healthy.
struct Tolerance {
  bool degraded = false;
  bool starting = false;
  bool redis_trouble = false;  ///< Redis could not be asked, or refused; never a wrong usage
};

/// The contract with Docker and with scripts: 0 when every verdict passes, else
/// 1. Never 2, which Docker reserves. No verdict at all does not pass.
int exit_status(std::span<const Verdict> verdicts, const Tolerance& tolerance) noexcept;
int exit_status(const Verdict& verdict, const Tolerance& tolerance) noexcept;

}  // namespace probe
