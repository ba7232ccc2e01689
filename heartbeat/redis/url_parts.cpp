#include "redis/url_parts.hpp"

#include <algorithm>
#include <charconv>

namespace heartbeat::redis {
namespace {

std::optional<unsigned> hex(std::string_view two) {
  unsigned value = 0;
  const auto [stop, error] = std::from_chars(two.data(), two.data() + two.size(), value, 16);
  if (two.size() != 2 || stop != two.data() + two.size() || error != std::errc{})
    return std::nullopt;
  return value;
}

}  // namespace

UrlParts split_url(std::string_view text) {
  UrlParts parts;
  const auto authority = text.substr(0, text.find_first_of("/?#"));
  const auto at = authority.rfind('@');
  if (at != authority.npos) parts.user_info = authority.substr(0, at);
  parts.hosts = at == authority.npos ? authority : authority.substr(at + 1);
  parts.after_authority = text.substr(authority.size());
  const auto rest = parts.after_authority.substr(0, parts.after_authority.find('#'));
  parts.path = rest.substr(0, rest.find('?'));
  if (parts.path.size() < rest.size()) parts.query = rest.substr(parts.path.size() + 1);
  return parts;
}

std::optional<std::string> option(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const auto equals = pair.find('=');
    if (equals == pair.npos || equals + 1 == pair.size()) continue;
    if (decoded(pair.substr(0, equals)) == name) return decoded(pair.substr(equals + 1));
  }
  return std::nullopt;
}

std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view{"-._~"}.find(c) != std::string_view::npos;
    const auto byte = static_cast<unsigned char>(c);
    if (plain)
      out += c;
    else
      (out += '%') += {digits[byte / 16], digits[byte % 16]};
  }
  return out;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? hex(text.substr(i + 1, 2)) : std::nullopt;
    out += byte ? static_cast<char>(*byte) : text[i];
    if (byte) i += 2;
  }
  return out;
}

}  // namespace heartbeat::redis
