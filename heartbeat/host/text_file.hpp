#pragma once

#include <string>
#include <tl/expected.hpp>

namespace heartbeat {

/// The content of a file of at most 64 KiB, without a byte order mark. Blocks as long as the file
/// system does. The error is "cannot read PATH: ..." and says why.
tl::expected<std::string, std::string> read_text_file(const std::string& path);

}  // namespace heartbeat
