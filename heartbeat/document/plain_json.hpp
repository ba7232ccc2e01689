#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "document/text.hpp"

/// Reads plain JSON: the text has no backslash and no control character, so that every string ends
/// at the next quote and stands for itself. Longer numbers, exponents and deeper nesting are left
/// to nlohmann as well. The functions are static because one of the files that include them is
/// compiled for speed, the other for size.
namespace heartbeat {

inline constexpr std::ptrdiff_t max_digits = 15;  // of a whole number, or behind the point
inline constexpr int max_depth = 16;

// Each of these returns the position after what it reads at p (RFC 8259), or null.

static inline const char* skip_space(const char* p) {
  while (*p == ' ') ++p;
  return p;
}

static inline const char* skip_literal(const char* p, std::string_view literal) {
  for (const char c : literal)
    if (*p++ != c) return nullptr;
  return p;
}

static inline const char* skip_string(const char* p) {
  if (*p != '"') return nullptr;
  const char* end = std::strchr(p + 1, '"');
  return end != nullptr ? end + 1 : nullptr;
}

/// Appends the digits to the number.
static inline const char* read_digits(const char* p, std::uint64_t& number) {
  const char* begin = p;
  for (; is_digit(*p); ++p) number = 10 * number + static_cast<unsigned char>(*p - '0');
  return p != begin && p - begin <= max_digits ? p : nullptr;
}

static inline const char* read_whole(const char* p, std::uint64_t& number) {
  return *p == '0' ? p + 1 : read_digits(p, number);
}

/// Reads a list in brackets, of which `end` is the second. Calls read_element for each element.
template <typename ReadElement>
const char* read_list(const char* p, char end, const ReadElement& read_element) {
  p = skip_space(p + 1);
  if (*p == end) return p + 1;
  while (true) {
    p = read_element(p);
    if (p == nullptr) return nullptr;
    p = skip_space(p);
    if (*p == end) return p + 1;
    if (*p != ',') return nullptr;
    p = skip_space(p + 1);
  }
}

/// Calls read_member(name, position of the value) for each member.
template <typename ReadMember>
const char* read_object(const char* p, const ReadMember& read_member) {
  if (*p != '{') return nullptr;
  return read_list(p, '}', [&](const char* name) -> const char* {
    const char* after = skip_string(name);
    if (after == nullptr) return nullptr;
    const char* colon = skip_space(after);
    if (*colon != ':') return nullptr;
    return read_member(std::string_view{name + 1, after - 1}, skip_space(colon + 1));
  });
}

/// Whether the whole text is plain, and one value that read(p) reads.
template <typename Read>
bool reads_plain(const std::string& text, const Read& read) {
  if (text.find('\\') != text.npos) return false;
  // Bytes without a branch, so that the compiler uses vector instructions for them.
  unsigned char least = 0xff, most = 0;
  for (const char c : text) {
    least = std::min(least, static_cast<unsigned char>(c));
    most = std::max(most, static_cast<unsigned char>(c));
  }
  if (least < ' ') return false;
  const char* p = read(skip_space(text.c_str()));
  const bool is_whole = p != nullptr && skip_space(p) == text.c_str() + text.size();
  return is_whole && (most < 0x80 || is_utf8(text));
}

// The sink is told as a nlohmann::json_sax of what is read; false ends the reading.

template <typename Sink>
const char* read_number(const char* p, Sink& sink) {
  const bool is_negative = *p == '-';
  const char* whole = is_negative ? p + 1 : p;
  std::uint64_t digits = 0;
  p = read_whole(whole, digits);
  if (p == nullptr) return nullptr;
  if (*p != '.') {
    const bool goes_on = is_negative ? sink.number_integer(-static_cast<std::int64_t>(digits))
                                     : sink.number_unsigned(digits);
    return goes_on ? p : nullptr;
  }
  const char* fraction = p + 1;
  p = read_digits(fraction, digits);
  if (p == nullptr) return nullptr;
  constexpr std::uint64_t max_exact = 1ULL << 53U;
  const bool is_exact = p - whole <= 19 && digits <= max_exact;  // 18 digits cannot overflow
  if (Sink::keeps_numbers && !is_exact) return nullptr;
  // The quotient of two numbers that are exact in a double: rounded once, as by strtod().
  double divisor = is_negative ? -1 : 1;
  for (const char* digit = fraction; digit < p; ++digit) divisor *= 10;
  return sink.number_float(static_cast<double>(digits) / divisor, {}) ? p : nullptr;
}

template <typename Sink>
const char* read_value(const char* p, int depth, Sink& sink) {
  switch (*p) {
    case '{':
      if (depth == max_depth || !sink.start_object(0)) return nullptr;
      p = read_object(p, [&](std::string_view name, const char* value) {
        return sink.key(name) ? read_value(value, depth + 1, sink) : nullptr;
      });
      return p != nullptr && sink.end_object() ? p : nullptr;
    case '[':
      if (depth == max_depth || !sink.start_array(0)) return nullptr;
      p = read_list(p, ']',
                    [&](const char* element) { return read_value(element, depth + 1, sink); });
      return p != nullptr && sink.end_array() ? p : nullptr;
    case '"': {
      const char* after = skip_string(p);
      return after != nullptr && sink.string({p + 1, after - 1}) ? after : nullptr;
    }
    case 't':
      return sink.boolean(true) ? skip_literal(p, "true") : nullptr;
    case 'f':
      return sink.boolean(false) ? skip_literal(p, "false") : nullptr;
    case 'n':
      return sink.null() ? skip_literal(p, "null") : nullptr;
    default:
      return read_number(p, sink);
  }
}

}  // namespace heartbeat
