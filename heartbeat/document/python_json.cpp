#include "document/python_json.hpp"

#include <cctype>
#include <charconv>
#include <optional>

namespace heartbeat {
namespace {

constexpr std::string_view replacement = "\\ufffd";

// The code unit of a \uXXXX escape at the beginning of `text`.
std::optional<unsigned> code_unit(std::string_view text) {
  if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  for (const char c : text.substr(2, 4)) {
    if (std::isxdigit(static_cast<unsigned char>(c)) == 0) return std::nullopt;
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    unit = unit * 16 + static_cast<unsigned>(digit);
  }
  return unit;
}

bool is_high_surrogate(unsigned unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

// Copies the escape sequence at the beginning of `text`; returns its length.
std::size_t copy_escape(std::string_view text, std::string& out) {
  const auto unit = code_unit(text);
  if (!unit) {
    out += text.substr(0, 2);
    return std::min<std::size_t>(2, text.size());
  }
  if (is_high_surrogate(*unit)) {
    const auto next = code_unit(text.substr(6));
    if (next && is_low_surrogate(*next)) {
      out += text.substr(0, 12);
      return 12;
    }
  }
  const bool lone = is_high_surrogate(*unit) || is_low_surrogate(*unit);
  out += lone ? replacement : text.substr(0, 6);
  return 6;
}

// The length of what stands at the beginning of `text`, outside a string, and
// becomes null; 0 for all else.
std::size_t beyond_json(std::string_view text) {
  for (const std::string_view word : {"NaN", "-Infinity", "Infinity"})
    if (text.starts_with(word)) return word.size();
  double number = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
  return error == std::errc::result_out_of_range ? static_cast<std::size_t>(end - text.begin()) : 0;
}

}  // namespace

std::string plain_json(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    const auto rest = text.substr(i);
    if (in_string && rest.front() == '\\') {
      i += copy_escape(rest, out);
      continue;
    }
    if (rest.front() == '"') in_string = !in_string;
    if (!in_string) {
      if (const auto skipped = beyond_json(rest)) {
        out += "null";
        i += skipped;
        continue;
      }
    }
    out += rest.front();
    ++i;
  }
  return out;
}

}  // namespace heartbeat
