#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/atomic_file.hpp"

namespace probe {

/// Writes the text in one call, or loses it after 50 ms without room. Async-signal-safe.
void write_once(int descriptor, std::string_view text) noexcept;

/// The destination of the output: stdout, or a file that is replaced as a whole.
class Destination {
 public:
  Destination() = default;
  explicit Destination(std::string file);

  bool is_file() const noexcept { return file_.has_value(); }

  /// Writes the text unless it is empty. Returns 0, or the errno if the file could not be replaced.
  /// Text that stdout does not accept is lost. Async-signal-safe.
  int deliver(std::string_view text) const noexcept;

 private:
  std::optional<heartbeat::AtomicFile> file_;
};

}  // namespace probe
