#pragma once

#include "edge/options.hpp"
#include "redis/config.hpp"

namespace probe {

/// A board of the services that is kept up to date, on a terminal; where stdout is none, or
/// a dumb one, a log of what changes. Blocks until somebody ends it: by q, by a signal, or by
/// leaving the other end of stdout; then ends the process with exit status 0. With 1 where
/// the settings do not tell where Redis is, or nothing can be written, and says so on stderr.
[[noreturn]] void watch(const Options& options, const heartbeat::redis::Environment& environment);

}  // namespace probe
