#pragma once

#include <termios.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace probe {

/// The terminal on stdout while it shows the table, with keys that arrive at once and without echo.
class Terminal {
 public:
  struct Size {
    std::size_t columns, rows;
  };

  /// Sets the terminal up, also again after leave(), and after a stop. Stops a background process.
  void take() noexcept;
  /// Restores the state of the terminal before the first take().
  void leave() noexcept;

  /// For output after take(); writing to it does not block.
  int descriptor() const noexcept { return descriptor_; }
  /// 80 x 24 if the terminal does not tell its size.
  Size size() const noexcept;
  /// The output that replaces the screen by these lines, each shorter than the terminal is wide.
  static std::string frame(std::string_view lines);

 private:
  void send(std::string_view sequence) const noexcept;

  int descriptor_ = -1;
  termios before_{};
  bool has_attributes_ = false;  ///< whether `before_` holds the terminal's state
  bool taken_ = false;
};

/// Blocks the signals that --watch handles, also in later threads; once in a process. Returns a
/// descriptor to read them from. A signal that the parent ignored, as nohup does, stays ignored.
int block_signals() noexcept;

int next_signal(int descriptor) noexcept;

/// Stops this process as SIGTSTP does, if there is a shell that could continue it.
void stop_by_signal() noexcept;

}  // namespace probe
