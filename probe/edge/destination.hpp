#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "host/atomic_file.hpp"

namespace probe {

/// Where the output goes: to stdout, or into a file that is replaced as a whole,
/// so that nobody ever reads half of it.
class Destination {
 public:
  Destination() = default;
  /// Empty: stdout.
  explicit Destination(std::string file);

  bool is_file() const noexcept { return file_.has_value(); }

  /// False, with errno set, when the file is as it was; of stdout, what does not
  /// get out is lost. Empty text goes nowhere. Async-signal-safe.
  bool deliver(std::string_view text) const noexcept;

 private:
  std::optional<heartbeat::AtomicFile> file_;
};

}  // namespace probe
