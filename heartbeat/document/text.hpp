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

/// The first character of the text, which must not be empty. By table 3-7 of the Unicode standard:
/// no overlong form, no surrogate, nothing above U+10FFFF.
constexpr Character first_character(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {lead, 1, false};
  std::uint32_t code = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80) return {lead, 1, false};
    code = code << 6U | (byte(i) & 0x3fU);
  }
  const std::uint32_t least = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < least || code > 0x10ffff || surrogate) return {lead, 1, false};
  return {code, length, true};
}

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
