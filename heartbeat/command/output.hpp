#pragma once

#include <poll.h>
#include <sys/types.h>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "command/followed_file.hpp"
#include "command/inherited.hpp"
#include "command/job.hpp"
#include "command/passed_stream.hpp"

namespace heartbeat::command {

/// Gets what the command writes to a stream: 0 is standard output, 1 standard error. What goes to
/// the same place is one stream, 1.
using TakeOutput = std::function<void(std::size_t stream, std::string_view piece)>;

/// The command's standard output and standard error.
///
/// Standard error passes through us if it is a pipe, a socket or /dev/null, together with standard
/// output if both are the same: so nothing is reordered. A terminal or a file the command has
/// itself.
///
/// If somebody takes the output, both streams pass through us, also to a terminal. A file the
/// command still has itself, and we follow it. Any other device is not seen.
class Output {
 public:
  static constexpr std::size_t streams = 2;

  /// Of no command.
  Output() = default;
  /// `take`: empty if nobody takes the output.
  Output(const Inherited& inherited, TakeOutput take);

  /// In the command: its standard descriptors are the pipes.
  void become_standard() const noexcept;
  /// In every other process.
  void close_command_ends() noexcept;
  /// In a process that only passes the output on.
  void forget_take() noexcept { take_ = {}; }
  /// Ours that pass the output on, for a process that closes all others.
  std::vector<int> descriptors() const;

  /// What pass_on() waits for.
  pollfd awaited(std::size_t stream, std::chrono::steady_clock::time_point now) const noexcept {
    return passed_[stream].awaited(now);
  }
  /// When to ask awaited() again, or to look at the files, at the latest.
  std::chrono::steady_clock::time_point wakes_at(
      std::chrono::steady_clock::time_point now) const noexcept;

  /// Reads and writes a piece. False: the stream is at its end.
  bool pass_on(std::size_t stream);
  bool is_at_end() const noexcept;
  /// Waits for nothing.
  void pass_on_what_is_there();
  void pass_on_to_the_end();
  /// Reads what has been written to files, if it is time to.
  void look_at_files(std::chrono::steady_clock::time_point now);

  void close(std::size_t stream) noexcept { passed_[stream].close(); }

  /// What was read and not written: for a process that goes on.
  std::string_view unwritten(std::size_t stream) const noexcept;
  bool has_unwritten() const noexcept;
  void put_back(std::size_t stream, std::string_view unwritten) noexcept;

  /// Reads the rest of the files. From now on owes() tells whether something that the command has
  /// written is not passed on.
  void command_has_ended();
  bool owes() const noexcept;

  /// Whether `take` gets what the command writes to the stream.
  bool is_seen(std::size_t stream) const noexcept { return seen_[stream]; }

  /// The terminal's size is another one. False: the command has it already.
  bool resize() const noexcept;

  /// The last line of standard error so far, also of a file.
  std::string last_line();

 private:
  void hear(std::size_t stream, std::string_view piece);
  void add_last_line_of_file();

  std::array<PassedStream, streams> passed_{};
  std::array<FollowedFile, streams> followed_{};
  std::array<bool, streams> seen_{};
  bool is_joined_ = false;  ///< both streams are the second one
  std::chrono::steady_clock::time_point looks_at_{};
  TakeOutput take_{};
  off_t file_began_ = -1;  ///< size of the file that is standard error; -1: no file
  LastLine last_line_{};
};

}  // namespace heartbeat::command
