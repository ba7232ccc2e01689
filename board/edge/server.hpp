#pragma once

#include <string>
#include <tl/expected.hpp>

#include "board/edge/options.hpp"
#include "board/edge/reader.hpp"

namespace board {

/// Answers until SIGTERM or SIGINT; the error is why it could not listen.
tl::expected<void, std::string> serve(const Options& options, Reader& reader);

}  // namespace board
