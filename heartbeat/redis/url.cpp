#include "redis/url.hpp"

#include <algorithm>
#include <array>

#include "document/text.hpp"
#include "redis/tls.hpp"
#include "redis/url_parts.hpp"

namespace heartbeat::redis {
namespace {

constexpr std::string_view example = "redis://HOST:PORT or unix:///PATH";

enum class AddressKind { server, socket, sentinels };

struct Scheme {
  std::string_view name;
  AddressKind kind;
  bool tls = false;
};

/// redis-py's names, then those of other clients.
constexpr std::array schemes{
    Scheme{"redis", AddressKind::server},
    Scheme{"rediss", AddressKind::server, true},
    Scheme{"unix", AddressKind::socket},
    Scheme{"valkey", AddressKind::server},
    Scheme{"valkeys", AddressKind::server, true},
    Scheme{"redis+ssl", AddressKind::server, true},
    Scheme{"redis+tls", AddressKind::server, true},
    Scheme{"redis+socket", AddressKind::socket},
    Scheme{"redis-socket", AddressKind::socket},
    Scheme{"redis+unix", AddressKind::socket},
    Scheme{"valkey+socket", AddressKind::socket},
    Scheme{"redis-sentinel", AddressKind::sentinels},
    Scheme{"rediss-sentinel", AddressKind::sentinels, true},
    Scheme{"valkey-sentinel", AddressKind::sentinels},
    Scheme{"valkeys-sentinel", AddressKind::sentinels, true},
    Scheme{"redis+sentinel", AddressKind::sentinels},
    Scheme{"rediss+sentinel", AddressKind::sentinels, true},
    Scheme{"sentinel", AddressKind::sentinels},
};

Scheme find_scheme(const std::string& name) {
  if (const auto* known = std::ranges::find(schemes, name, &Scheme::name); known != schemes.end()) {
    if (known->tls && !has_tls())
      throw UrlError{name + ":// is not supported: this build speaks no TLS"};
    return *known;
  }
  const auto is_allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  if (name.empty() || name.size() > 20 || !std::ranges::all_of(name, is_allowed))
    throw UrlError{"the URL has no scheme (accepted: " + std::string{example} + ")"};
  throw UrlError{"scheme '" + name +
                 "' is not one of redis://, rediss://, unix://, redis-sentinel://, valkey://"};
}

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), lower);
  return text;
}

/// As in redis-py, all values except these are true.
bool is_true(const std::string& text) {
  constexpr std::array<std::string_view, 5> no{"0", "f", "false", "n", "no"};
  return std::ranges::find(no, in_lower_case(text)) == no.end();
}

/// Accepts the values as redis-py and as Celery spell them.
Tls read_tls(const UrlParts& parts) {
  const auto requirement = parts.option("ssl_cert_reqs");
  auto word = in_lower_case(requirement);
  if (word.starts_with("cert_")) word.erase(0, 5);
  // `optional` verifies the certificate if the server sends one, and a server always does.
  if (!word.empty() && word != "none" && word != "optional" && word != "required")
    throw UrlError{"ssl_cert_reqs '" + printable(requirement, max_shown_bytes) +
                   "' is not one of none, optional, required"};
  return {.verify = word != "none",
          .check_hostname = is_true(parts.option("ssl_check_hostname")),
          .ca_file = parts.option("ssl_ca_certs"),
          .ca_directory = parts.option("ssl_ca_path"),
          .certificate = parts.option("ssl_certfile"),
          .key = parts.option("ssl_keyfile"),
          .key_password = parts.option("ssl_password")};
}

std::string read_socket_path(const UrlParts& parts) {
  if (!parts.hosts.empty() && parts.hosts != "localhost")
    throw UrlError{"a unix:// URL takes a path from the root, as in unix:///run/redis.sock"};
  auto path = decoded(parts.path);
  if (path.size() < 2) throw UrlError{"the unix:// URL has no path (accepted: unix:///PATH)"};
  if (std::ranges::any_of(path, is_control))
    throw UrlError{"the path of the unix:// URL holds a control character"};
  return path;
}

/// `host` and `port` in the query fill what the URL's own host leaves out, as in redis-py.
std::vector<Host> read_hosts_and_options(const UrlParts& parts, std::uint16_t default_port) {
  Host fallback{.port = default_port};
  if (auto name = parts.option("host"); !name.empty()) fallback.name = std::move(name);
  if (std::ranges::any_of(fallback.name, is_control_or_space) ||
      fallback.name.find('@') != fallback.name.npos)
    throw UrlError{"the host holds a space, a control character or '@'"};
  if (const auto text = parts.option("port"); !text.empty()) fallback.port = read_port(text);
  return read_hosts(parts, fallback);
}

/// Moves the name of the master from the front of `path` to the result, unless the query names it.
Sentinels read_sentinels(const UrlParts& parts, std::string_view& path) {
  Sentinels sentinels{
      .master = parts.option("sentinelMasterId"),
      .login = {parts.option("sentinel_username"), parts.option("sentinel_password")}};
  if (!sentinels.master.empty()) return sentinels;
  const auto name = path.substr(path.starts_with('/') ? 1 : 0);
  const auto end = std::min(name.find('/'), name.size());
  sentinels.master = decoded(name.substr(0, end));
  path = name.substr(end);
  if (sentinels.master.empty() || std::ranges::any_of(sentinels.master, is_control_or_space))
    throw UrlError{
        "the URL names no master (accepted: redis-sentinel://HOST:PORT,HOST:PORT/MASTER/DATABASE)"};
  return sentinels;
}

/// The number in the path. Ignores any other path, as redis-py does: users have such URLs.
std::string database_in(std::string_view path) {
  auto text = decoded(path);
  std::erase(text, '/');
  const auto digits = std::string_view{text}.substr(text.starts_with('-') ? 1 : 0);
  return std::ranges::all_of(digits, is_digit) ? text : std::string{};
}

std::uint32_t read_database(const UrlParts& parts, AddressKind kind, std::string_view path) {
  auto text = parts.option("db");
  if (text.empty() && kind != AddressKind::socket) text = database_in(path);
  // The names in Kombu and Lettuce.
  for (const auto* name : {"virtual_host", "database"})
    if (text.empty() && kind == AddressKind::socket) text = parts.option(name);
  if (text.empty()) return 0;
  const auto database = parse_integer<std::int32_t>(text);
  if (!database || *database < 0)
    throw UrlError{"database '" + printable(text, max_shown_bytes) +
                   "' is not a number from 0 to 2147483647"};
  return static_cast<std::uint32_t>(*database);
}

Endpoint endpoint_of(const UrlParts& parts, const Scheme& scheme) {
  Endpoint endpoint{.login = parts.login};
  if (endpoint.login.username.empty()) endpoint.login.username = parts.option("username");
  if (endpoint.login.password.empty()) endpoint.login.password = parts.option("password");
  auto path = parts.path;
  if (scheme.kind == AddressKind::sentinels) endpoint.sentinels = read_sentinels(parts, path);
  if (scheme.kind == AddressKind::socket)
    endpoint.unix_path = read_socket_path(parts);
  else
    endpoint.hosts = read_hosts_and_options(parts, endpoint.sentinels ? 26379 : 6379);
  if (scheme.tls) endpoint.tls = read_tls(parts);
  endpoint.database = read_database(parts, scheme.kind, path);
  return endpoint;
}

/// Whether a '/', '?' or '#' in the password has ended the authority: an '@' follows later.
bool is_password_cut_short(std::string_view after_hosts) {
  const auto before = after_hosts.substr(0, after_hosts.find('@'));
  if (before.size() == after_hosts.size()) return false;
  const auto query = before.find('?');
  return before.find('#') != before.npos || query == before.npos ||
         before.find('=', query) == before.npos;
}

}  // namespace

tl::expected<Endpoint, std::string> parse_url(std::string_view url) try {
  while (url.ends_with('\n') || url.ends_with('\r')) url.remove_suffix(1);
  if (url.empty()) throw UrlError{"the URL is empty (accepted: " + std::string{example} + ")"};
  if (url == no_redis)
    throw UrlError{
        "none is for a service that beats nowhere; a probe needs a Redis or a file (accepted: " +
        std::string{example} + ")"};
  if (url.front() == '"' || url.front() == '\'')
    throw UrlError{
        "the URL is in quotes: write it without them (docker's --env-file keeps quotes)"};
  if (std::ranges::any_of(url, is_control_or_space))
    throw UrlError{"the URL holds a space or a control character: write a space as %20"};
  const auto parts = split_url(url);
  const auto scheme = find_scheme(parts.scheme);
  const auto after_hosts = parts.after_hosts;
  try {
    auto endpoint = endpoint_of(parts, scheme);
    if (scheme.kind == AddressKind::socket || !is_password_cut_short(after_hosts)) return endpoint;
  } catch (const UrlError&) {
    if (after_hosts.find('@') == after_hosts.npos) throw;
  }
  // Host, port and database may be pieces of the password, which the error must not show.
  const char c = after_hosts.front();
  const auto* code = c == '/' ? "%2F" : c == '?' ? "%3F" : "%23";
  throw UrlError{std::string{"the password seems to hold '"} + c + "': write it as " + code};
} catch (const UrlError& error) {
  return tl::unexpected{error.text};
}

}  // namespace heartbeat::redis
