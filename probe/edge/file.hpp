#pragma once

#include <string>

#include "core/file.hpp"

namespace probe {

/// Reads what is at the path, and never waits for a FIFO's writer. May block where the
/// file system does.
FileAnswer read_file(const std::string& path);

/// The current time, with this machine's boot.
FileTime file_time();

/// What came of it, for explanations: `412 bytes`.
std::string outcome(const FileAnswer& answer);

}  // namespace probe
