#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "command/lines.hpp"
#include "command/options.hpp"
#include "command/rules.hpp"
#include "command/tests.hpp"

namespace heartbeat::command {

/// What is asked of the command, or of what `watch` watches.
struct DeclaredChecks {
  std::vector<Rule> rules{};
  std::vector<LineMark> lines{};  ///< of the command's output; each of a source of a rule
  std::optional<std::chrono::milliseconds> watchdog{};
  std::vector<CommandTest> tests{};
  Polling polling{};  ///< of the tests
};

/// The checks of the options and of their file, and what feeds them. Throws ConfigError if they
/// cannot be used.
DeclaredChecks declared_checks(const BeatOptions& options);

/// Throws ConfigError if these checks cannot be declared.
void require_declarable(const DeclaredChecks& checks);

}  // namespace heartbeat::command
