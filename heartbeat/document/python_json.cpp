#include "document/python_json.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <optional>

namespace heartbeat {
namespace {

using Json = nlohmann::ordered_json;

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

// The length of the number at the beginning of `text`; 0: there is none.
std::size_t length_of_number(std::string_view text) {
  const auto after_digits = [text](std::size_t from) {
    return std::min(text.find_first_not_of("0123456789", from), text.size());
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
      number.size() >= digits_of_the_largest || number.find_first_of("eE") < number.size();
  if (!can_be) return false;
  try {
    std::ignore = Json::parse(number);
    return false;
  } catch (const Json::out_of_range&) {
    return true;
  } catch (const Json::exception&) {
    return false;  // not a number at all, which is for the reader of the whole to say
  }
}

// Copies what stands at the beginning of `text`, outside a string, up to where
// something else may begin; returns its length.
std::size_t copy_plain(std::string_view text, std::string& out) {
  for (const std::string_view word : {"NaN", "-Infinity", "Infinity"}) {
    if (!text.starts_with(word)) continue;
    out += "null";
    return word.size();
  }
  const auto number = text.substr(0, length_of_number(text));
  out += is_beyond_double(number) ? "null" : number.empty() ? text.substr(0, 1) : number;
  return std::max<std::size_t>(1, number.size());
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
    if (in_string || rest.front() == '"') {
      out += rest.front();
      ++i;
    } else {
      i += copy_plain(rest, out);
    }
  }
  return out;
}

}  // namespace heartbeat
