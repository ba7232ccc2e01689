#pragma once

#include <chrono>
#include <string>

#include "command/companion.hpp"

namespace heartbeat::command {

/// Runs a line of the shell, in a process group of its own and without input. Its output is read
/// and not passed on. Returns nothing if it ended with status 0, else its last line of output, or
/// how it ended. At the limit, or when `stop` becomes readable, it is killed. Nothing of its group
/// is left when this returns, nor when this process is killed. Throws std::system_error.
std::string why_it_fails(const std::string& line, std::chrono::milliseconds limit, int stop,
                         const Companion& companion);

}  // namespace heartbeat::command
