#pragma once

#include <string>

#include "core/file.hpp"

namespace probe {

/// Reads what is at the path, with the time. Does not wait for the writer of a FIFO; blocks where
/// the file system does.
FileReading read_file(const std::string& path);

/// What came of it, for explanations: `412 bytes`.
std::string outcome(const FileReading& reading);

}  // namespace probe
