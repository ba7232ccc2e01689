#include "core/columns.hpp"

#include <algorithm>
#include <cstdint>

namespace probe {
namespace {

// East Asian writing and symbols with a picture are above these; what combines with its
// neighbour, and some scripts there, take less. A line may end early, but never too late.
bool is_wide(std::uint32_t code) noexcept {
  constexpr std::uint32_t hangul = 0x1100;
  constexpr std::uint32_t more_latin = 0x1e00;
  constexpr std::uint32_t behind_mathematics = 0x2300;
  return code >= hangul && (code < more_latin || code >= behind_mathematics);
}

struct Character {
  std::size_t bytes, columns;
};

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {1, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  const auto bytes = std::min(length, text.size());
  std::uint32_t code = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < bytes; ++i) code = code << 6U | (byte(i) & 0x3fU);
  return {bytes, is_wide(code) ? 2U : 1U};
}

/// The bytes that fit.
std::size_t fitting(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  while (end < text.size()) {
    const auto next = first_character(text.substr(end));
    if (next.columns > columns) break;
    columns -= next.columns;
    end += next.bytes;
  }
  return end;
}

}  // namespace

std::string cut(std::string_view text, std::size_t columns) {
  constexpr std::string_view ellipsis = "...";
  if (fitting(text, columns) == text.size()) return std::string{text};
  const auto dots = std::min(columns, ellipsis.size());
  std::string out{text.substr(0, fitting(text, columns - dots))};
  out += ellipsis.substr(0, dots);
  return out;
}

}  // namespace probe
