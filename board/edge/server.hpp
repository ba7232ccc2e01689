#pragma once

#include <string>
#include <tl/expected.hpp>

#include "board/edge/reader.hpp"
#include "cli/options.hpp"

namespace board {

/// Answers until SIGTERM or SIGINT; the error is why it could not listen.
tl::expected<void, std::string> serve(const probe::BoardOptions& options, Reader& reader);

}  // namespace board
