#include "document/lenient_json.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "document/parse.hpp"

namespace heartbeat {
namespace {

/// What to do with the beginning of a text: skip `length` bytes, or put something in their place.
struct Rewrite {
  std::size_t length = 0;
  std::string_view replacement{};  ///< empty: they stay
};

/// The code unit of a \uXXXX escape at the beginning of `text`.
std::optional<unsigned> code_unit(std::string_view text) {
  constexpr std::size_t length = 6;
  if (text.size() < length || !text.starts_with("\\u")) return std::nullopt;
  return parse_integer<unsigned>(text.substr(2, length - 2), 16);
}

bool is_high_surrogate(unsigned unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

Rewrite escape(std::string_view text) {
  const auto unit = code_unit(text);
  if (!unit) return {2};
  if (is_high_surrogate(*unit)) {
    const auto next = code_unit(text.substr(6));
    if (next && is_low_surrogate(*next)) return {12};
  }
  const bool is_lone = is_high_surrogate(*unit) || is_low_surrogate(*unit);
  return {6, is_lone ? "\\ufffd" : ""};
}

/// The length of the number at the beginning of `text`; 0: there is none.
std::size_t length_of_number(std::string_view text) {
  const auto after_digits = [text](std::size_t from) {
    while (from < text.size() && is_digit(text[from])) ++from;
    return from;
  };
  const auto is_at = [text](std::size_t place, std::string_view any) {
    return place < text.size() && any.find(text[place]) != any.npos;
  };
  auto end = after_digits(is_at(0, "-") ? 1 : 0);
  if (is_at(end, ".")) end = after_digits(end + 1);
  if (end > 0 && is_at(end, "eE")) end = after_digits(end + (is_at(end + 1, "+-") ? 2 : 1));
  return end;
}

bool is_beyond_double(std::string_view number) {
  constexpr std::size_t digits_of_the_largest = 309;
  const bool can_be =
      number.size() >= digits_of_the_largest || number.find_first_of("eE") != number.npos;
  return can_be && std::isinf(std::strtod(std::string{number}.c_str(), nullptr));
}

Rewrite number(std::string_view text) {
  for (const std::string_view word : {"NaN", "-Infinity", "Infinity"})
    if (text.starts_with(word)) return {word.size(), "null"};
  const auto length = length_of_number(text);
  return {std::max<std::size_t>(1, length), is_beyond_double(text.substr(0, length)) ? "null" : ""};
}

}  // namespace

std::string strict_json(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    Rewrite rewrite{1};
    if (c == '"')
      in_string = !in_string;
    else if (in_string && c == '\\')
      rewrite = escape(text.substr(i));
    else if (!in_string && (is_digit(c) || c == '-' || c == 'N' || c == 'I'))
      rewrite = number(text.substr(i));
    if (!rewrite.replacement.empty()) {
      out.append(text, copied, i - copied).append(rewrite.replacement);
      copied = i + rewrite.length;
    }
    i += rewrite.length;
  }
  return out.append(text, copied);
}

}  // namespace heartbeat
