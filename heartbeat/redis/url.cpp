#include "redis/url.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "redis/url_parts.hpp"

namespace heartbeat::redis {
namespace {

using Failed = tl::unexpected<std::string>;

constexpr std::string_view example = "redis://HOST:PORT or unix:///PATH";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_control_or_space(char c) { return c == ' ' || is_control(c); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }

/// What to say when the '@' came too late: an unencoded '/', '?' or '#' in the
/// password ended the authority, so that host, port and database are pieces of
/// the password, which must not be shown.
Failed password_cut_short(const UrlParts& parts) {
  const char c = parts.after_authority.front();
  const auto* code = c == '/' ? "%2F" : c == '?' ? "%3F" : "%23";
  return Failed{std::string{"the password seems to hold '"} + c + "': write it as " + code};
}

bool holds_at(std::string_view text) { return text.find('@') != text.npos; }

/// Only the value of an option may hold an '@'.
bool has_stray_at(const UrlParts& parts) {
  const auto before = parts.after_authority.substr(0, parts.after_authority.find('@'));
  if (before.size() == parts.after_authority.size()) return false;
  const auto query = before.find('?');
  return before.find('#') != before.npos || query == before.npos ||
         before.find('=', query) == before.npos;
}

void read_user(const UrlParts& parts, Endpoint& endpoint) {
  const auto colon = parts.user_info.find(':');
  endpoint.username = decoded(parts.user_info.substr(0, colon));
  if (colon != parts.user_info.npos) endpoint.password = decoded(parts.user_info.substr(colon + 1));
  if (endpoint.username.empty()) endpoint.username = option(parts.query, "username").value_or("");
  if (endpoint.password.empty()) endpoint.password = option(parts.query, "password").value_or("");
}

tl::expected<void, std::string> read_port(std::string_view text, const UrlParts& parts,
                                          Endpoint& endpoint) {
  if (text.empty()) return {};
  std::uint16_t port = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (stop != text.data() + text.size() || error != std::errc{}) {
    if (holds_at(parts.after_authority)) return password_cut_short(parts);
    // In "redis://user:secret", its host forgotten, the secret stands where a port does.
    const bool surely_a_port = !parts.user_info.empty();
    return Failed{(surely_a_port ? "port " + quoted(text) : "the port") +
                  " is not a number from 1 to 65535"};
  }
  if (port != 0) endpoint.port = port;
  return {};
}

tl::expected<void, std::string> read_host(const UrlParts& parts, Endpoint& endpoint) {
  auto host = parts.host_and_port;
  std::string_view port;
  if (host.starts_with('[')) {
    const auto bracket = host.find(']');
    const auto after = bracket == host.npos ? host : host.substr(bracket + 1);
    if (!after.empty() && !after.starts_with(':'))
      return Failed{"the host is not [IPV6] or [IPV6]:PORT"};
    if (!after.empty()) port = after.substr(1);
    host = host.substr(1, bracket - 1);
    if (host.empty()) return Failed{"the host is not [IPV6] or [IPV6]:PORT"};
  } else if (const auto colon = host.find(':'); colon != host.npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
    if (port.find(':') != port.npos && !holds_at(parts.after_authority))
      return Failed{"the port holds ':' (an IPv6 address needs brackets, as in [::1])"};
  }
  if (!host.empty()) {
    // Up to the first '%': what follows may be the name of an interface.
    std::string name{host};
    std::transform(name.begin(), std::find(name.begin(), name.end(), '%'), name.begin(), lower);
    endpoint.host = decoded(name);
  }
  if (std::any_of(endpoint.host.begin(), endpoint.host.end(), is_control_or_space))
    return Failed{"the host holds a space or a control character"};
  return read_port(port, parts, endpoint);
}

tl::expected<void, std::string> read_database(const UrlParts& parts, bool path_counts,
                                              Endpoint& endpoint) {
  auto text = option(parts.query, "db");
  if (!text && path_counts) {
    text = decoded(parts.path);
    text->erase(std::remove(text->begin(), text->end(), '/'), text->end());
    const auto digits = std::string_view{*text}.substr(text->starts_with('-') ? 1 : 0);
    // Users have such URLs, and redis-py ignores the path then.
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return {};
  }
  if (!text) return {};
  std::int32_t database = -1;
  const auto* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, database);
  if (stop != end || error != std::errc{} || database < 0) {
    if (holds_at(parts.after_authority)) return password_cut_short(parts);
    return Failed{"database " + quoted(*text) + " is not a number from 0 to 2147483647"};
  }
  endpoint.database = static_cast<std::uint32_t>(database);
  return {};
}

tl::expected<void, std::string> read_socket(const UrlParts& parts, Endpoint& endpoint) {
  if (!parts.host_and_port.empty()) {
    if (holds_at(parts.path)) return password_cut_short(parts);
    if (parts.host_and_port != "localhost")
      return Failed{"a unix:// URL takes a path from the root, as in unix:///run/redis.sock"};
  }
  endpoint.unix_path = decoded(parts.path);
  if (endpoint.unix_path.size() < 2)
    return Failed{"the unix:// URL has no path (accepted: unix:///PATH)"};
  if (std::any_of(endpoint.unix_path.begin(), endpoint.unix_path.end(), is_control))
    return Failed{"the path of the unix:// URL holds a control character"};
  return {};
}

tl::expected<void, std::string> check_scheme(std::string_view scheme) {
  const auto is_name = [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  if (scheme == "redis" || scheme == "valkey" || scheme == "unix") return {};
  if (scheme == "rediss" || scheme == "valkeys")
    return Failed{std::string{scheme} + ":// is not supported: this build speaks no TLS"};
  if (scheme.ends_with("sentinel"))
    return Failed{"redis-sentinel:// is not supported: name the master, as in redis://HOST:PORT"};
  if (scheme.empty() || scheme.size() > 20 || !std::all_of(scheme.begin(), scheme.end(), is_name))
    return Failed{"the URL has no scheme (accepted: " + std::string{example} + ")"};
  return Failed{"scheme " + quoted(scheme) + " is not one of redis://, unix://, valkey://"};
}

}  // namespace

tl::expected<Endpoint, std::string> parse_url(std::string_view url) {
  while (url.ends_with('\n') || url.ends_with('\r')) url.remove_suffix(1);
  if (url.empty()) return Failed{"the URL is empty (accepted: " + std::string{example} + ")"};
  if (std::any_of(url.begin(), url.end(), is_control_or_space))
    return Failed{"the URL holds a space or a control character: write a space as %20"};

  const auto scheme_end = url.find("://");
  std::string scheme;
  if (scheme_end != url.npos) scheme = url.substr(0, scheme_end);
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), lower);
  if (const auto known = check_scheme(scheme); !known) return Failed{known.error()};

  const auto parts = split_url(url.substr(scheme_end + 3));
  const bool is_unix = scheme == "unix";
  if (!is_unix && has_stray_at(parts)) return password_cut_short(parts);
  Endpoint endpoint;
  read_user(parts, endpoint);
  const auto where = is_unix ? read_socket(parts, endpoint) : read_host(parts, endpoint);
  if (!where) return Failed{where.error()};
  const auto database = read_database(parts, !is_unix, endpoint);
  if (!database) return Failed{database.error()};
  return endpoint;
}

std::string to_string(const Endpoint& endpoint) {
  if (!endpoint.unix_path.empty()) return endpoint.unix_path;
  const bool v6 = endpoint.host.find(':') != endpoint.host.npos;
  return (v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + std::to_string(endpoint.port);
}

}  // namespace heartbeat::redis
