#include "document/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace heartbeat {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

bool is_printable_ascii(char c) { return c >= ' ' && c < 0x7f; }

// Characters that move the cursor, end a line or change the direction of text.
bool is_unprintable(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c ||
         (code >= 0x200e && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

std::string escaped(const Character& c) {
  if (c.code == '\n') return "\\n";
  if (c.code == '\r') return "\\r";
  if (c.code == '\t') return "\\t";
  return c.code <= 0xff ? fmt::format("\\x{:02x}", c.code) : fmt::format("\\u{:04x}", c.code);
}

}  // namespace

// Table 3-7 of the Unicode standard: no overlong form, no surrogate, nothing above U+10FFFF.
Character first_character(std::string_view text) noexcept {
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

bool is_utf8(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto c = first_character(text);
    if (!c.valid) return false;
    text.remove_prefix(c.bytes);
  }
  return true;
}

std::string repair_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto c = first_character(text);
    out += c.valid ? text.substr(0, c.bytes) : replacement;
    text.remove_prefix(c.bytes);
  }
  return out;
}

std::string printable(std::string_view text, std::size_t max_bytes) {
  std::string out;
  out.reserve(text.size());
  while (true) {
    const auto plain = std::ranges::find_if_not(text, is_printable_ascii) - text.begin();
    out += text.substr(0, static_cast<std::size_t>(plain));
    text.remove_prefix(static_cast<std::size_t>(plain));
    if (text.empty()) return truncate(std::move(out), max_bytes);
    const auto c = first_character(text);
    if (c.valid && !is_unprintable(c.code))
      out += text.substr(0, c.bytes);
    else
      out += escaped(c);
    text.remove_prefix(c.bytes);
  }
}

std::string truncate(std::string text, std::size_t bytes) {
  constexpr std::string_view ellipsis = "...";
  if (text.size() <= bytes) return text;
  std::size_t end = bytes > ellipsis.size() ? bytes - ellipsis.size() : 0;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) --end;
  text.resize(end);
  text += ellipsis.substr(0, bytes - end);
  return text;
}

}  // namespace heartbeat
