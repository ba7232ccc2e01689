#pragma once

#include <functional>

namespace probe {

/// Runs the call in a thread of its own, and waits for it. No signal handler runs in a thread that
/// hangs in a mount: this way the watchdog's still runs, in the thread that waits.
void run_in_thread(const std::function<void()>& call);

}  // namespace probe
