#pragma once

namespace probe {

/// A descriptor that tells of the signals that a board minds; those that the parent had
/// ignored, as nohup does, stay ignored. They are blocked from now on, in this thread and in
/// those that it starts. Once in a process.
int minded_signals() noexcept;

/// The number of the next signal; 0: none.
int next_signal(int descriptor) noexcept;

/// Stops this process as SIGTSTP does, until somebody continues it. Where there is
/// no shell that could, the kernel does not stop it.
void stop_by_signal() noexcept;

}  // namespace probe
