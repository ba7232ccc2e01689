#pragma once

#include <signal.h>
#include <sys/types.h>

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>

#include "command/job.hpp"
#include "host/descriptor.hpp"

/// The command as a child process: everything about it that the kernel sees is as without us.
namespace heartbeat::command {

/// What the command inherits. Read it before anything of ours changes it.
struct Inherited {
  Inherited() noexcept;

  sigset_t blocked{};             ///< signals
  std::array<bool, 2> ignored{};  ///< SIGPIPE, SIGCHLD
  std::array<bool, 3> closed{};   ///< standard descriptors
};

/// The command, in our process group and session. Its standard error passes through a pipe of ours
/// only if it is a pipe, a socket or /dev/null, together with its standard output if both are the
/// same: so nothing is reordered. A terminal or a file it has itself.
///
/// Signals that are sent to us are passed on. Those of the terminal it gets by itself; when they
/// stop it, we stop too, until the shell continues us.
class Child {
 public:
  /// Starts the command and blocks our signals. If it could not be started, ended() says why.
  Child(std::span<const char* const> command, const Inherited& inherited);

  /// Passes on output and signals until the command has ended, at most until `when`.
  void wait_until(std::chrono::steady_clock::time_point when);

  /// How it ended, with 127 or 126 if it was not started. Nothing: it runs.
  const std::optional<JobEnd>& ended() const noexcept { return ended_; }
  bool is_suspended() const noexcept { return suspended_; }

  /// Whether a signal has asked this process to end since the command ended.
  bool is_asked_to_end();

  /// Becomes readable when a signal arrives.
  int signals() const noexcept { return signals_.number(); }

  /// Ends this process as the command ended: with its exit status, or by its signal. What the
  /// children that it left behind still write is passed on by a process that stays for them.
  [[noreturn]] void exit_alike() noexcept;

 private:
  void start(std::span<const char* const> command, const Inherited& inherited);
  void reap();
  void take_signals();
  void pass_output_on();
  void read_last_line_of_file();

  Descriptor signals_{};
  Descriptor output_{};    ///< where its output arrives
  std::string pending_{};  ///< of it, not passed on yet
  bool output_ended_ = true;
  pid_t pid_ = -1;
  off_t file_began_ = -1;  ///< size of the file that is its standard error; -1: no file
  bool has_terminal_ = false;
  bool suspended_ = false;
  bool asked_to_end_ = false;
  LastLine last_line_{};
  std::optional<JobEnd> ended_{};
};

}  // namespace heartbeat::command
