#pragma once

#include <unistd.h>

#include <string>

#include "process/process.hpp"

namespace heartbeat::command {

/// A line for the user.
inline void say(const std::string& what) {
  probe::write_once(STDERR_FILENO, "healthbeat: " + what + "\n");
}

}  // namespace heartbeat::command
