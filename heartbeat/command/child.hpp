#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "command/companion.hpp"
#include "command/inherited.hpp"
#include "command/job.hpp"
#include "command/output.hpp"
#include "host/descriptor.hpp"

namespace heartbeat::command {

/// Who attends to what the command says while it runs: when the descriptor becomes readable,
/// `ready` is called. -1: nobody.
struct Attendant {
  int descriptor = -1;
  std::function<void()> ready{};
};

/// The command as a child process, in our process group and session: everything about it that the
/// kernel sees is as without us.
///
/// A signal that only we get is passed on, a moment later. One that our companion gets too, the
/// command has as well. When a job of a terminal stops, we stop too, until the shell continues us.
class Child {
 public:
  /// Starts the command and blocks our signals. If it could not be started, ended() says why.
  /// `take` gets its output; empty: nobody does.
  Child(std::span<const char* const> command, const Inherited& inherited, TakeOutput take);

  /// Passes on output and signals until the command has ended, at most until `when`.
  void wait_until(std::chrono::steady_clock::time_point when, const Attendant& attendant);

  /// How it ended, with 127 or 126 if it was not started. nullptr: it runs.
  const JobEnd* ended() const noexcept { return ended_ ? &*ended_ : nullptr; }
  bool is_suspended() const noexcept { return suspended_; }

  /// After the end of the command: passes on what it has left behind, until the descriptor becomes
  /// readable or a signal asks this process to end, at most until `when`.
  void linger_until(std::chrono::steady_clock::time_point when, int descriptor);

  const Companion& companion() const noexcept { return companion_; }
  const Output& output() const noexcept { return output_; }

  /// Ends this process as the command ended: with its exit status, or by its signal. First it
  /// passes on what the command has written, unless a signal asks it to end.
  [[noreturn]] void exit_alike();

 private:
  /// A signal of ours that the command may not have.
  struct Taken {
    int signal;
    bool is_from_kernel;
  };

  void start(std::span<const char* const> command, const Inherited& inherited);
  void reap();
  bool is_asked_to_end();
  void pass_on(std::span<const pollfd> ready);
  bool pass_on_once(std::chrono::steady_clock::time_point when, int descriptor);
  void stop_with_it();
  void take_signals();
  void pass_signals_on();

  Output output_;
  Descriptor signals_;
  Companion companion_;
  bool has_terminal_ = false;
  pid_t pid_ = -1;
  bool suspended_ = false;
  bool asked_to_end_ = false;
  std::vector<Taken> taken_{};
  std::chrono::steady_clock::time_point pass_on_at_{};  ///< if `taken_` is not empty
  std::optional<JobEnd> ended_{};
};

}  // namespace heartbeat::command
