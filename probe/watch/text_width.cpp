#include "watch/text_width.hpp"

#include <algorithm>
#include <cstdint>

#include "document/text.hpp"

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

/// The bytes that fit.
std::size_t fitting(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  while (end < text.size()) {
    const auto next = heartbeat::first_character(text.substr(end));
    const std::size_t width = is_wide(next.code) ? 2 : 1;
    if (width > columns) break;
    columns -= width;
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
