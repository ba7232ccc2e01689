#pragma once

#include <signal.h>

#include <array>
#include <span>
#include <string>
#include <vector>

namespace heartbeat::command {

/// In /proc.
std::string path_of_descriptor(int number);

/// Beside the standard ones.
std::vector<int> open_descriptors();

/// What this process was started with, and the command must get as it is. Read it before anything
/// of ours changes it.
struct Inherited {
  explicit Inherited(std::span<char* const> its_arguments);

  /// For the command: signals and standard descriptors as they were.
  void restore() const noexcept;

  /// In a process of ours once the command has them: whoever waits for their end waits for the
  /// command. All but standard error, on which we may have something to say.
  void let_go() const noexcept;

  std::span<char* const> arguments;
  sigset_t blocked{};             ///< signals
  std::array<bool, 2> ignored{};  ///< SIGPIPE, SIGCHLD
  std::array<bool, 3> closed{};   ///< standard descriptors
  std::vector<int> others{};      ///< open descriptors beside the standard ones
};

}  // namespace heartbeat::command
