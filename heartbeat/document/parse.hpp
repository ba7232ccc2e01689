#pragma once

#include <charconv>
#include <optional>
#include <string_view>

/// Helpers for parsers: ASCII only, independent of the locale.
namespace heartbeat {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

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
