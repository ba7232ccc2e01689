#pragma once

#include "cli/options.hpp"
#include "redis/config.hpp"

namespace probe {

/// Shows the services in a table that is kept up to date, on a terminal; elsewhere, and on a dumb
/// terminal, logs what changes. Blocks until it is ended by q, by a signal, or because nobody
/// reads stdout any more; then ends the process with exit status 0. Ends it with 1, and a
/// message on stderr, if the settings do not tell where Redis is, or nothing can be written.
[[noreturn]] void watch(const Options& options, const heartbeat::redis::Environment& environment);

}  // namespace probe
