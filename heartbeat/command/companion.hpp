#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "command/inherited.hpp"
#include "command/output.hpp"
#include "host/descriptor.hpp"

namespace heartbeat::command {

/// A second process of ours in the command's process group. A signal that it gets too went to the
/// whole group, or to all processes of a control group: the command has it already. When this
/// process is killed or ends, the companion passes on what the command and its children still
/// write, so that they are not killed by SIGPIPE, and kills the process groups that it guards.
class Companion {
 public:
  /// Forks; there must be no thread yet, and the signals are blocked. Without a process it knows of
  /// no signal.
  Companion(const Inherited& inherited, Output& output);
  Companion(const Companion&) = delete;
  Companion& operator=(const Companion&) = delete;

  /// The signals that it has got since the last call, bit n for signal n. Nothing: it does not
  /// answer.
  std::optional<std::uint64_t> take_signals();

  /// The process group does not outlive this process, until it is released. Thread-safe.
  void guard(pid_t group) const noexcept;
  void release(pid_t group) const noexcept;

  /// The stream is at its end, or nobody reads it: it closes its ends too.
  void close_output(std::size_t stream) noexcept;

  /// Ends it, or, if the output is not at its end, leaves it to pass on the rest.
  void leave(const Output& output);

 private:
  void tell(char what, pid_t group) const noexcept;

  Descriptor socket_{};
  pid_t pid_ = -1;
};

}  // namespace heartbeat::command
