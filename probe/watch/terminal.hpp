#pragma once

#include <termios.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace probe {

/// The terminal on stdout while it shows the table: the alternate screen, no cursor, and keys
/// that are neither echoed nor collected to a line. One for a process.
class Terminal {
 public:
  struct Size {
    std::size_t columns, rows;
  };

  /// Sets the terminal up. Call it again after leave(), and after the process was continued, since
  /// another process may have changed the terminal. Stops a process in the background.
  void take() noexcept;
  /// Restores what the terminal was before the first take().
  void leave() noexcept;

  /// Where to write after take(): does not block.
  int descriptor() const noexcept { return descriptor_; }
  /// 80 x 24 if the terminal does not tell.
  Size size() const noexcept;
  /// The output that replaces the lines on the screen by these. Each must be shorter than the
  /// terminal is wide.
  static std::string frame(std::string_view lines);

 private:
  void send(std::string_view sequence) const noexcept;

  int descriptor_ = -1;
  termios before_{};
  bool has_attributes_ = false;  ///< `before_` is what the terminal had
  bool taken_ = false;
};

}  // namespace probe
