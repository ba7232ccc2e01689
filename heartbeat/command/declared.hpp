#pragma once

#include <vector>

#include "command/options.hpp"
#include "command/rules.hpp"

namespace heartbeat::command {

/// The rules of the options and of their file. Throws ConfigError if they cannot be used.
std::vector<Rule> declared_rules(const BeatOptions& options);

}  // namespace heartbeat::command
