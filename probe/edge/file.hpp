#pragma once

#include <string>

#include "core/file.hpp"
#include "redis/environment.hpp"

namespace probe {

/// Reads what is at the path, and never waits for a FIFO's writer. May block where the
/// file system does.
FileAnswer read_file(const std::string& path);

/// Now, with this machine's boot, whose id is read from /proc.
FileTime file_time(const heartbeat::redis::Environment& environment);

/// What came of it, for explanations: `412 bytes`.
std::string outcome(const FileAnswer& answer);

}  // namespace probe
