#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
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

/// Whether the whole text is valid UTF-8.
bool is_utf8(std::string_view text) noexcept;

/// The text with every byte that is not valid UTF-8 replaced by U+FFFD.
std::string repair_utf8(std::string_view text);

/// The text, safe for a terminal or a log: control characters (also line separators and
/// bidirectional controls) and invalid UTF-8 are escaped, as \n, \x1b, \u202e; then truncated.
std::string printable(std::string_view text, std::size_t max_bytes = std::string::npos);

/// How much of a wrong value a message shows.
inline constexpr std::size_t max_shown_bytes = 80;

/// Shortens valid UTF-8 text to `bytes` bytes, between two characters; "..." replaces the rest.
std::string truncate(std::string text, std::size_t bytes);

// For parsers: ASCII only, independent of the locale.

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// The text without spaces and tabs at both ends.
constexpr std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blank = " \t";
  const auto first = text.find_first_not_of(blank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// The integer that the whole text spells; nothing for other text or a number out of range.
template <typename Integer>
std::optional<Integer> parse_integer(std::string_view text, int base = 10) noexcept {
  Integer value{};
  const auto [stop, error] = std::from_chars(text.begin(), text.end(), value, base);
  if (error != std::errc{} || stop != text.end()) return std::nullopt;
  return value;
}

}  // namespace heartbeat
