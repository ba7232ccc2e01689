#pragma once

#include <termios.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace probe {

/// The terminal on stdout, while a board is on it: another screen, no cursor, and keys
/// that are neither echoed nor collected to a line. One for a process.
class Terminal {
 public:
  struct Size {
    std::size_t columns, rows;
  };

  /// Takes it; again, too, after leave() or because somebody else may have had it. Stops
  /// the process where it is not in the foreground.
  void take() noexcept;
  /// Makes it what it was before the first take().
  void leave() noexcept;

  /// Where to write, once it was taken: does not block.
  int descriptor() const noexcept { return descriptor_; }
  /// 80 x 24 where it does not tell.
  Size size() const noexcept;
  /// What to write so that these lines replace the ones that are there. None may be
  /// as long as the terminal is wide.
  static std::string frame(std::string_view lines);

 private:
  void send(std::string_view sequence) const noexcept;

  int descriptor_ = -1;
  termios before_{};
  bool has_attributes_ = false;  ///< `before_` is what the terminal had
  bool taken_ = false;
};

}  // namespace probe
