#pragma once

#include "command/options.hpp"

namespace heartbeat::command {

/// Sends the message of the options, or else each line of the standard input, to the
/// HEARTBEAT_SOCKET of `run`, and waits a moment until they are taken. Returns the exit status.
int send_messages(const BeatOptions& options, const redis::Environment& environment);

}  // namespace heartbeat::command
