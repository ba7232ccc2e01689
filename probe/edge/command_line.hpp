#pragma once
#include "cli/options.hpp"
#include "cli/usage_error.hpp"
namespace probe {
inline EarlyExit mistake(std::string_view complaint) {
  return {1, error_line("healthprobe", complaint)};
}
}  // namespace probe
