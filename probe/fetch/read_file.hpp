#pragma once

#include <string>

#include "core/file.hpp"

namespace probe {

/// Does not wait for the writer of a FIFO; blocks as long as the file system does.
FileReading read_file(const std::string& path);

/// The result in words, for --explain: `412 bytes`.
std::string outcome(const FileReading& reading);

}  // namespace probe
