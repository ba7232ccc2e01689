#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace heartbeat {

/// One character of UTF-8 text. Where the text is invalid, one byte.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

/// The first character of the text, which must not be empty.
Character first_character(std::string_view text) noexcept;

/// The text with every byte that is not valid UTF-8 replaced by U+FFFD.
std::string repair_utf8(std::string_view text);

/// The text, safe to print on a terminal, in a log or in one line of a report: control characters
/// (C0, DEL, C1, line separators, bidirectional controls) and invalid UTF-8 are escaped as \n, \t,
/// \x1b, \u202e; a backslash stays unchanged.
std::string printable(std::string_view text);

/// Shortens valid UTF-8 text to at most `bytes` bytes, between two characters; "..." replaces the
/// rest.
std::string truncate(std::string text, std::size_t bytes);

}  // namespace heartbeat
