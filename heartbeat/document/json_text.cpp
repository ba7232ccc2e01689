#include "document/json_text.hpp"

#include "document/text.hpp"

namespace heartbeat {
namespace {

constexpr std::size_t escape_bytes = 6;  // of \uXXXX

/// The code unit of a \uXXXX escape at the beginning of `text`.
std::optional<std::uint32_t> code_unit(std::string_view text) {
  if (text.size() < escape_bytes || !text.starts_with("\\u")) return std::nullopt;
  return parse_integer<std::uint32_t>(text.substr(2, escape_bytes - 2), 16);
}

bool is_high_surrogate(std::uint32_t unit) { return unit >= 0xd800 && unit <= 0xdbff; }
bool is_low_surrogate(std::uint32_t unit) { return unit >= 0xdc00 && unit <= 0xdfff; }

bool is_plain_ascii(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= ' ' && byte < 0x80 && c != '"' && c != '\\';
}

/// How many bytes of a string stand for themselves: up to a quote, a backslash, or what no string
/// may hold.
std::size_t length_of_plain(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size()) {
    if (is_plain_ascii(text[length])) {
      ++length;
      continue;
    }
    const auto character = first_character(text.substr(length));
    if (!character.valid || character.bytes == 1) break;
    length += character.bytes;
  }
  return length;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  const auto add_rest = [&](unsigned shift) { add(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xc0 | code >> 6U);
    add_rest(0);
  } else if (code < 0x10000) {
    add(0xe0 | code >> 12U);
    add_rest(6);
    add_rest(0);
  } else {
    add(0xf0 | code >> 18U);
    add_rest(12);
    add_rest(6);
    add_rest(0);
  }
}

}  // namespace

bool JsonText::take(std::string_view word) {
  const bool found = rest_.starts_with(word);
  if (found) rest_.remove_prefix(word.size());
  return found;
}

bool JsonText::take_digits() {
  const auto before = rest_.size();
  while (!rest_.empty() && is_digit(rest_.front())) rest_.remove_prefix(1);
  return rest_.size() != before;
}

std::optional<std::string> JsonText::read_string() {
  if (!take('"')) return std::nullopt;
  std::string out;
  while (true) {
    const auto length = length_of_plain(rest_);
    out.append(rest_, 0, length);
    rest_.remove_prefix(length);
    if (take('"')) return out;
    if (!read_escape(out)) return std::nullopt;
  }
}

bool JsonText::read_escape(std::string& out) {
  if (const auto unit = code_unit(rest_)) {
    rest_.remove_prefix(escape_bytes);
    append_utf8(out, whole_character(*unit));
    return true;
  }
  constexpr std::string_view letters = "\"\\/bfnrt";
  constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
  if (rest_.size() < 2 || rest_.front() != '\\') return false;
  const auto place = letters.find(rest_[1]);
  if (place == letters.npos) return false;
  out += meanings[place];
  rest_.remove_prefix(2);
  return true;
}

/// The character that a code unit begins; U+FFFD for half a pair.
std::uint32_t JsonText::whole_character(std::uint32_t unit) {
  if (is_high_surrogate(unit)) {
    const auto low = code_unit(rest_);
    if (low && is_low_surrogate(*low)) {
      rest_.remove_prefix(escape_bytes);
      return 0x10000 + ((unit - 0xd800) << 10U) + (*low - 0xdc00);
    }
  }
  constexpr std::uint32_t replacement_character = 0xfffd;
  return is_high_surrogate(unit) || is_low_surrogate(unit) ? replacement_character : unit;
}

std::string_view JsonText::read_number() {
  const auto before = rest_;
  take('-');
  if (!take('0') && !take_digits()) return {};
  if (take('.') && !take_digits()) return {};
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (!take_digits()) return {};
  }
  return before.substr(0, before.size() - rest_.size());
}

}  // namespace heartbeat
