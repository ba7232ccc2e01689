#include "document/secrets.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "document/text.hpp"

namespace heartbeat {
namespace {

using namespace std::string_view_literals;

constexpr std::array secret_names{"password"sv, "passwd"sv,  "pwd"sv,   "secret"sv,
                                  "token"sv,    "api_key"sv, "apikey"sv};
constexpr auto mask = "***"sv;
constexpr auto spaces = " \t\r\n"sv;
constexpr auto quotes = "\"'"sv;
constexpr auto url_separator = "://"sv;
constexpr auto after_host = " \t\r\n\"'/?#"sv;

bool is_one_of(std::string_view characters, const std::string& text, std::size_t at) {
  return at < text.size() && characters.find(text[at]) != characters.npos;
}

/// Masks the bytes from `begin` to `end`; returns where the text goes on.
std::size_t replace_secret(std::string& text, std::size_t begin, std::size_t end) {
  if (begin >= end) return begin;
  text.replace(begin, end - begin, mask);
  return begin + mask.size();
}

void mask_urls(std::string& text) {
  for (auto found = text.find(url_separator); found != text.npos;) {
    const auto begin = found + url_separator.size();
    const auto end = std::min(text.find_first_of(after_host, begin), text.size());
    const auto host = std::string_view{text}.substr(begin, end - begin).rfind('@');
    auto next = begin;
    if (host != std::string_view::npos) {
      const auto colon = text.find(':', begin);
      next = replace_secret(text, colon < begin + host ? colon + 1 : begin, begin + host);
    }
    found = text.find(url_separator, next);
  }
}

/// The position of the value that is assigned to the name that ends at `end`; npos: none is.
std::size_t value_after(const std::string& text, std::size_t end) {
  const bool quoted = is_one_of(quotes, text, end);
  auto at = text.find_first_not_of(spaces, quoted ? end + 1 : end);
  if (at == text.npos || (text[at] != '=' && !(quoted && text[at] == ':'))) return text.npos;
  return text.find_first_not_of(spaces, at + 1);
}

std::size_t end_of_value(const std::string& text, std::size_t begin) {
  const auto end = is_one_of(quotes, text, begin - 1)
                       ? text.find(text[begin - 1], begin)
                       : text.find_first_of(" \t\r\n\"'&;,)}", begin);
  return std::min(end, text.size());
}

void mask_assignments(std::string& text, std::string_view name) {
  const auto same_letter = [](char a, char b) { return lower(a) == b; };
  for (std::size_t from = 0;;) {
    const auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(),
                                   name.begin(), name.end(), same_letter);
    if (found == text.end()) return;
    from = static_cast<std::size_t>(found - text.begin()) + name.size();
    auto value = value_after(text, from);
    if (value == text.npos) continue;
    if (is_one_of(quotes, text, value)) ++value;
    from = replace_secret(text, value, end_of_value(text, value));
  }
}

}  // namespace

std::string mask_secrets(std::string text) {
  mask_urls(text);
  for (const auto name : secret_names) mask_assignments(text, name);
  return text;
}

std::size_t cut_before_mask(std::string_view text, std::size_t max_bytes) noexcept {
  if (text.size() <= max_bytes) return text.size();
  auto size = max_bytes;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80) --size;
  const auto found = text.substr(0, size).rfind(url_separator);
  if (found == text.npos) return size;
  const auto user = found + url_separator.size();
  const auto end = std::min(text.find_first_of(after_host, user), text.size());
  return text.substr(user, end - user).find('@', size - user) == text.npos ? size : user;
}

}  // namespace heartbeat
