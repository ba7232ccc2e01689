#pragma once

#include <string>
#include <tl/expected.hpp>

#include "board/edge/poller.hpp"
#include "cli/options.hpp"

namespace board {

/// Answers requests until SIGTERM or SIGINT. The error is why the address cannot be listened on.
tl::expected<void, std::string> serve(const probe::BoardOptions& options, SnapshotPoller& poller);

}  // namespace board
