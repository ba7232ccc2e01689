#pragma once

namespace probe {

/// Blocks the signals that --watch handles, in this thread and in those it starts, and returns a
/// descriptor to read them from. Signals that the parent had ignored, as nohup does, stay
/// ignored. Once in a process.
int block_signals() noexcept;

/// The number of the next signal; 0: none.
int next_signal(int descriptor) noexcept;

/// Stops this process as SIGTSTP does, until it is continued. Without a shell that could
/// continue it, the kernel does not stop it.
void stop_by_signal() noexcept;

}  // namespace probe
