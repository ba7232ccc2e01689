#include "redis/url_parts.hpp"

#include <algorithm>
#include <optional>

#include "document/text.hpp"

namespace heartbeat::redis {
namespace {

/// The name and the port of one host, not yet decoded.
struct HostText {
  std::string_view name;
  std::string_view port;
};

HostText split_host(std::string_view text) {
  if (text.starts_with('[')) {
    const auto bracket = text.find(']');
    const auto after = bracket == text.npos ? text : text.substr(bracket + 1);
    const auto name = text.substr(1, bracket - 1);
    if (name.empty() || !(after.empty() || after.starts_with(':')))
      throw UrlError{"the host is not [IPV6] or [IPV6]:PORT"};
    return {name, after.empty() ? after : after.substr(1)};
  }
  const auto colon = text.find(':');
  if (colon == text.npos) return {text, {}};
  const auto port = text.substr(colon + 1);
  if (port.find(':') != port.npos)
    throw UrlError{"the port holds ':' (an IPv6 address needs brackets, as in [::1])"};
  return {text.substr(0, colon), port};
}

Host read_host(std::string_view text, const Host& fallback, bool after_user_info) {
  const auto [name_text, port_text] = split_host(text);
  Host host = fallback;
  if (!name_text.empty()) {
    // In lower case up to the first '%', which the name of a network interface may follow.
    std::string name{name_text};
    std::transform(name.begin(), std::find(name.begin(), name.end(), '%'), name.begin(), lower);
    host.name = decoded(name);
  }
  if (std::ranges::any_of(host.name, is_control_or_space))
    throw UrlError{"the host holds a space or a control character"};
  // As in redis-py, port 0 counts as no port.
  const auto number = parse_integer<std::uint16_t>(port_text);
  if (port_text.empty() || number == 0) return host;
  // In "redis://user:secret", which lacks the host, the secret is in the place of the port.
  if (!number && !after_user_info) throw UrlError{"the port is not a number from 1 to 65535"};
  host.port = read_port(port_text);
  return host;
}

}  // namespace

bool is_control_or_space(char c) noexcept { return c == ' ' || is_control(c); }

UrlParts split_url(std::string_view url) {
  UrlParts parts;
  const auto scheme_end = url.find("://");
  if (scheme_end == url.npos) return parts;
  parts.scheme = url.substr(0, scheme_end);
  std::ranges::transform(parts.scheme, parts.scheme.begin(), lower);
  url.remove_prefix(scheme_end + 3);

  const auto authority = url.substr(0, url.find_first_of("/?#"));
  const auto at = authority.rfind('@');
  parts.has_user_info = at != authority.npos;
  parts.hosts = parts.has_user_info ? authority.substr(at + 1) : authority;
  if (parts.has_user_info) {
    const auto user_info = authority.substr(0, at);
    const auto colon = user_info.find(':');
    parts.login.username = decoded(user_info.substr(0, colon));
    if (colon != user_info.npos) parts.login.password = decoded(user_info.substr(colon + 1));
  }

  parts.after_hosts = url.substr(authority.size());
  const auto rest = parts.after_hosts.substr(0, parts.after_hosts.find('#'));
  parts.path = rest.substr(0, rest.find('?'));
  auto query = rest.substr(std::min(parts.path.size() + 1, rest.size()));
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const auto equals = pair.find('=');
    if (equals == pair.npos || equals + 1 == pair.size()) continue;
    parts.options.emplace_back(decoded(pair.substr(0, equals)), decoded(pair.substr(equals + 1)));
  }
  return parts;
}

std::string UrlParts::option(std::string_view name) const {
  const auto found = std::ranges::find(options, name, &std::pair<std::string, std::string>::first);
  return found == options.end() ? std::string{} : found->second;
}

std::vector<Host> read_hosts(const UrlParts& parts, const Host& fallback) {
  std::vector<Host> hosts;
  auto left = parts.hosts;
  for (bool more = true; more;) {
    const auto comma = left.find(',');
    more = comma != left.npos;
    const auto text = left.substr(0, comma);
    if (text.empty() && !parts.hosts.empty()) throw UrlError{"a host is missing beside a ','"};
    hosts.push_back(read_host(text, fallback, parts.has_user_info));
    if (more) left.remove_prefix(comma + 1);
  }
  return hosts;
}

std::uint16_t read_port(std::string_view text) {
  const auto port = parse_integer<std::uint16_t>(text).value_or(0);
  if (port == 0)
    throw UrlError{"port '" + printable(text, max_shown_bytes) +
                   "' is not a number from 1 to 65535"};
  return port;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digits = text.substr(i + 1, 2);
    const auto byte =
        text[i] == '%' && digits.size() == 2 ? parse_integer<unsigned>(digits, 16) : std::nullopt;
    out += byte ? static_cast<char>(*byte) : text[i];
    if (byte) i += 2;
  }
  return out;
}

}  // namespace heartbeat::redis
