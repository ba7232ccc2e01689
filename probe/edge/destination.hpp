#pragma once

#include <string>
#include <string_view>

namespace probe {

/// Where the output goes: to stdout, or into a file that is replaced as a whole,
/// so that nobody ever reads half of it.
class Destination {
 public:
  Destination() = default;
  /// Beside the file, a temporary one must find room. Empty: stdout.
  explicit Destination(std::string file);

  bool is_file() const noexcept { return !file_.empty(); }

  /// False, with errno set, when the file is as it was; of stdout, what does not
  /// get out is lost. Empty text goes nowhere. Async-signal-safe.
  bool deliver(std::string_view text) const noexcept;

 private:
  std::string file_;
  std::string temporary_;
};

}  // namespace probe
