#pragma once

#include <string>

#include "edge/command_line.hpp"
#include "edge/options.hpp"
#include "edge/settings.hpp"

namespace probe {

/// What the options say against each other: a complaint that names one of them, or nothing.
std::string contradiction(const Options& options, const CommandLine& line,
                          const Settings& settings);

}  // namespace probe
