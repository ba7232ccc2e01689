#pragma once

#include <limits.h>
#include <poll.h>
#include <sys/types.h>

#include <array>
#include <string_view>

#include "command/inherited.hpp"
#include "command/job.hpp"
#include "host/descriptor.hpp"

namespace heartbeat::command {

/// The command's standard error. It passes through a pipe of ours only if it is a pipe, a socket or
/// /dev/null, together with its standard output if both are the same: so nothing is reordered. A
/// terminal or a file the command has itself.
class Output {
 public:
  /// Of no command.
  Output() = default;
  explicit Output(const Inherited& inherited);

  /// In the command: its standard error, or both streams, are the pipe.
  void become_standard() const noexcept;
  /// In every other process.
  void close_write_end() noexcept { to_ = Descriptor{}; }

  /// What pass_on() waits for. Nothing when all has been passed on.
  pollfd awaited() const noexcept;

  /// Reads and writes a piece, if there is one and room for it. A piece ends with a line if it can,
  /// so that lines of other writers do not fall into ours. False: nobody reads standard error;
  /// our end of the pipe is closed, and the command learns it as without us.
  bool pass_on();
  /// Whether nothing more will come.
  bool is_at_end() const noexcept { return !from_ && size_ == 0; }
  int read_end() const noexcept { return from_.number(); }
  void close_read_end() noexcept { from_ = Descriptor{}; }

  /// What was read and not written: for a process that goes on.
  std::string_view unwritten() const noexcept { return {piece_.data(), size_}; }
  void put_back(std::string_view unwritten) noexcept;
  void pass_on_to_the_end();

  /// The last line so far, also of a file.
  std::string last_line();

 private:
  void add_last_line_of_file();

  Descriptor from_{};
  Descriptor to_{};
  bool with_stdout_ = false;
  bool awaits_room_ = false;
  off_t file_began_ = -1;  ///< size of the file that is standard error; -1: no file
  std::array<char, PIPE_BUF> piece_{};
  std::size_t size_ = 0;
  LastLine last_line_{};
};

}  // namespace heartbeat::command
