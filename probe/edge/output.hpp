#pragma once

#include <string_view>

namespace probe {

/// Puts /dev/null in place of a closed stdin, stdout or stderr: otherwise the
/// next socket would take its number, and Redis would be sent the verdict.
void fill_standard_descriptors() noexcept;

/// Writes in one call, if that need not wait: nobody may be reading. What does
/// not get out is lost, for the exit status says it too. Async-signal-safe.
void write_once(int descriptor, std::string_view text) noexcept;

}  // namespace probe
