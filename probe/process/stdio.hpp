#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/atomic_file.hpp"

/// Standard descriptors and the destination of the output.
namespace probe {

/// Opens /dev/null as stdin, stdout or stderr if it is closed. Otherwise the next socket would get
/// its number, and the verdict would be sent to Redis.
void fill_standard_descriptors() noexcept;

/// Writes the text in one call. Waits at most 50 ms for room, because a pipe may have no reader.
/// Text that cannot be written is lost. Async-signal-safe.
void write_once(int descriptor, std::string_view text) noexcept;

/// The destination of the output: stdout, or a file that is replaced as a whole, so that a reader
/// never sees half of it.
class Destination {
 public:
  Destination() = default;
  /// Empty: stdout.
  explicit Destination(std::string file);

  bool is_file() const noexcept { return file_.has_value(); }

  /// Writes the text unless it is empty. Returns 0, or the errno if the file could not be
  /// replaced. Text that stdout does not accept is lost. Async-signal-safe.
  int deliver(std::string_view text) const noexcept;

 private:
  std::optional<heartbeat::AtomicFile> file_;
};

}  // namespace probe
