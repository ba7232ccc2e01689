#include "redis/url_hosts.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace heartbeat::redis {
namespace {

using Failed = tl::unexpected<std::string>;

bool is_control_or_space(char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool at_follows(const UrlParts& parts) {
  return parts.after_authority.find('@') != parts.after_authority.npos;
}

/// A host as it stands in the URL, cut in two.
struct HostText {
  std::string_view name;
  std::string_view port;
};

tl::expected<HostText, std::string> split(std::string_view text, const UrlParts& parts) {
  if (text.starts_with('[')) {
    const auto bracket = text.find(']');
    const auto after = bracket == text.npos ? text : text.substr(bracket + 1);
    const auto name = text.substr(1, bracket - 1);
    if (name.empty() || !(after.empty() || after.starts_with(':')))
      return Failed{"the host is not [IPV6] or [IPV6]:PORT"};
    return HostText{name, after.empty() ? after : after.substr(1)};
  }
  const auto colon = text.find(':');
  if (colon == text.npos) return HostText{text, {}};
  const auto port = text.substr(colon + 1);
  if (port.find(':') != port.npos && !at_follows(parts))
    return Failed{"the port holds ':' (an IPv6 address needs brackets, as in [::1])"};
  return HostText{text.substr(0, colon), port};
}

tl::expected<std::uint16_t, std::string> read_port(std::string_view text, const UrlParts& parts) {
  std::uint16_t port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || (stop == text.data() + text.size() && error == std::errc{})) return port;
  if (at_follows(parts)) return Failed{password_cut_short(parts)};
  // In "redis://user:secret", its host forgotten, the secret stands where a port does.
  const bool surely_a_port = !parts.user_info.empty();
  return Failed{(surely_a_port ? "port '" + std::string{text} + "'" : "the port") +
                " is not a number from 1 to 65535"};
}

tl::expected<Host, std::string> read_host(std::string_view text, const Host& fallback,
                                          const UrlParts& parts) {
  const auto halves = split(text, parts);
  if (!halves) return Failed{halves.error()};
  Host host = fallback;
  if (!halves->name.empty()) {
    // Up to the first '%': what follows may be the name of an interface.
    std::string name{halves->name};
    std::transform(name.begin(), std::find(name.begin(), name.end(), '%'), name.begin(), lower);
    host.name = decoded(name);
  }
  if (std::ranges::any_of(host.name, is_control_or_space))
    return Failed{"the host holds a space or a control character"};
  const auto port = read_port(halves->port, parts);
  if (!port) return Failed{port.error()};
  if (*port != 0) host.port = *port;
  return host;
}

}  // namespace

std::string password_cut_short(const UrlParts& parts) {
  const char c = parts.after_authority.front();
  const auto* code = c == '/' ? "%2F" : c == '?' ? "%3F" : "%23";
  return std::string{"the password seems to hold '"} + c + "': write it as " + code;
}

bool has_stray_at(const UrlParts& parts) {
  // Only the value of an option may hold one.
  const auto before = parts.after_authority.substr(0, parts.after_authority.find('@'));
  if (before.size() == parts.after_authority.size()) return false;
  const auto query = before.find('?');
  return before.find('#') != before.npos || query == before.npos ||
         before.find('=', query) == before.npos;
}

tl::expected<std::vector<Host>, std::string> read_hosts(const UrlParts& parts,
                                                        const Host& fallback) {
  std::vector<Host> hosts;
  auto left = parts.hosts;
  for (bool more = true; more;) {
    const auto comma = left.find(',');
    more = comma != left.npos;
    const auto text = left.substr(0, comma);
    if (text.empty() && parts.hosts.size() > text.size())
      return Failed{"a host is missing beside a ','"};
    auto host = read_host(text, fallback, parts);
    if (!host) return Failed{host.error()};
    hosts.push_back(std::move(*host));
    if (more) left.remove_prefix(comma + 1);
  }
  return hosts;
}

}  // namespace heartbeat::redis
