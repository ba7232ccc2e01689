#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "command/options.hpp"
#include "command/rules.hpp"
#include "command/tests.hpp"

namespace heartbeat::command {

/// What is asked of the command, or of what `watch` watches.
struct DeclaredChecks {
  std::vector<Rule> rules{};
  std::optional<std::chrono::milliseconds> watchdog{};
  std::vector<CommandTest> tests{};
  Polling polling{};  ///< of the tests
};

/// The checks of the options and of their file. Throws ConfigError if they cannot be used.
DeclaredChecks declared_checks(const BeatOptions& options);

/// Throws ConfigError if these checks cannot be declared.
void require_declarable(const DeclaredChecks& checks);

}  // namespace heartbeat::command
