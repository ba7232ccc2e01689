#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace heartbeat {

/// One character of UTF-8 text; of invalid text, its first byte.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

/// The first character of text that is not empty.
Character first_character(std::string_view text) noexcept;

/// Valid UTF-8: every byte that does not belong becomes U+FFFD.
std::string repair_utf8(std::string_view text);

/// Safe to print on a terminal, into a log or one line of a report: control
/// characters (C0, DEL, C1, line separators, bidirectional controls) and broken
/// UTF-8 come out as \n, \t, \x1b, \u202e; a backslash stays as it is.
std::string printable(std::string_view text);

/// The longest beginning of valid UTF-8 text of at most `bytes` bytes that cuts
/// no character; ends in "..." when something was cut.
std::string truncate(std::string text, std::size_t bytes);

}  // namespace heartbeat
