#pragma once

#include <limits.h>
#include <poll.h>

#include <array>
#include <chrono>
#include <functional>
#include <string_view>

#include "host/descriptor.hpp"

namespace heartbeat::command {

/// One stream of the command that passes through us: what it writes, we write to where the stream
/// goes without us. Between us is a pipe, or a pseudoterminal where that is a terminal.
class PassedStream {
 public:
  /// Of nothing: it is at its end.
  PassedStream() = default;
  /// To our standard descriptor of this number, which is not needed any more. Without pipes it is
  /// at its end, and has nothing for the command.
  explicit PassedStream(int number);

  /// What the command gets in the place of its standard descriptor; -1: nothing.
  int command_end() const noexcept { return command_.number(); }
  /// In every other process.
  void close_command_end() noexcept { command_ = Descriptor{}; }
  /// Ours, for a process that closes all others.
  std::array<int, 2> descriptors() const noexcept { return {from_.number(), to_.number()}; }

  /// What pass_on() waits for at `now`. Nothing if all has been passed on, or until reads_at().
  pollfd awaited(std::chrono::steady_clock::time_point now) const noexcept;
  /// More often than this it is not read, so that a line in each write of the command does not cost
  /// a round of ours.
  std::chrono::steady_clock::time_point reads_at() const noexcept { return reads_at_; }

  /// Reads and writes a piece, if there is one and room for it; take(piece) gets what was read. A
  /// piece ends with a line if it can, so that lines of other writers do not fall into ours. When
  /// nobody reads what we write, our end is closed, and the command learns it as without us.
  void pass_on(const std::function<void(std::string_view)>& take);
  /// Whether nothing more will come.
  bool is_at_end() const noexcept { return !from_ && size_ == 0; }
  void close() noexcept;

  /// From now on owes() tells whether something that the command has written is not passed on.
  void command_has_ended() noexcept;
  bool owes() const noexcept;

  /// What was read and not written: for a process that goes on.
  std::string_view unwritten() const noexcept { return {piece_.data(), size_}; }
  void put_back(std::string_view unwritten) noexcept;

  /// Gives the pseudoterminal the size of the terminal. False: it has it already.
  bool resize() const noexcept;

 private:
  bool write_piece() noexcept;

  Descriptor from_{};
  Descriptor to_{};
  Descriptor command_{};
  bool is_terminal_ = false;
  bool awaits_room_ = false;
  std::chrono::steady_clock::time_point reads_at_{};
  std::array<char, PIPE_BUF> piece_{};
  std::size_t size_ = 0;
  std::size_t owed_ = 0;  ///< bytes
};

}  // namespace heartbeat::command
