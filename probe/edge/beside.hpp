#pragma once

#include <functional>

namespace probe {

/// Runs a call in a thread of its own, and waits for it. A mount that hangs holds its
/// caller so that no signal handler runs; this way the watchdog's still does, in the
/// thread that waits, and its exit takes the other along.
void run_beside(const std::function<void()>& call);

}  // namespace probe
