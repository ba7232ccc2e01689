#include "render/columns.hpp"

#include <algorithm>
#include <cstdint>

#include "document/text.hpp"

namespace probe {
namespace {

// Holds for every wide character, and for some narrow ones: a line may end early, never too late.
bool is_wide(std::uint32_t code) noexcept {
  constexpr std::uint32_t hangul = 0x1100;
  constexpr std::uint32_t more_latin = 0x1e00;
  constexpr std::uint32_t after_mathematics = 0x2300;
  return code >= hangul && (code < more_latin || code >= after_mathematics);
}

/// The number of bytes that fit.
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

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  columns = std::max<std::size_t>(columns, 2);  // a wide character fits
  std::vector<std::string> lines;
  do {
    auto end = fitting(text, columns);
    if (end < text.size())
      if (const auto space = text.substr(0, end + 1).rfind(' '); space != text.npos && space > 0)
        end = space;
    lines.emplace_back(text.substr(0, text.substr(0, end).find_last_not_of(' ') + 1));
    text.remove_prefix(std::min(text.find_first_not_of(' ', end), text.size()));
  } while (!text.empty());
  return lines;
}

std::vector<std::string> aligned(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    auto& line = lines.emplace_back();
    std::size_t end = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      line.resize(end += widths[i] + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
  }
  return lines;
}

}  // namespace probe
