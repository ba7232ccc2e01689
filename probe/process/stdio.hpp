#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/atomic_file.hpp"

/// Standard descriptors, and where the output goes.
namespace probe {

/// Puts /dev/null in place of a closed stdin, stdout or stderr: otherwise the next socket
/// would take its number, and Redis would be sent the verdict.
void fill_standard_descriptors() noexcept;

/// Writes in one call. Waits at most 50 ms for room, since nobody may be reading; what does not
/// get out is lost, and the exit status still says it. Async-signal-safe.
void write_once(int descriptor, std::string_view text) noexcept;

/// Where the output goes: to stdout, or to a file that is replaced as a whole, so that a
/// reader never sees half of it.
class Destination {
 public:
  Destination() = default;
  /// Empty: stdout.
  explicit Destination(std::string file);

  bool is_file() const noexcept { return file_.has_value(); }

  /// Writes the text, unless it is empty. Returns 0, or the errno of a file that could not be
  /// replaced; what stdout does not take is lost. Async-signal-safe.
  int deliver(std::string_view text) const noexcept;

 private:
  std::optional<heartbeat::AtomicFile> file_;
};

}  // namespace probe
