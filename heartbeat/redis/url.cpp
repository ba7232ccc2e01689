#include "redis/url.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "redis/tls.hpp"
#include "redis/url_hosts.hpp"
#include "redis/url_options.hpp"
#include "redis/url_parts.hpp"

namespace heartbeat::redis {
namespace {

using Failed = tl::unexpected<std::string>;

constexpr std::string_view example = "redis://HOST:PORT or unix:///PATH";

enum class Kind { server, socket, sentinels };

struct Scheme {
  std::string_view name;
  Kind kind;
  bool tls = false;
};

/// redis-py's own names, then those of other clients for the same.
constexpr std::array schemes{
    Scheme{"redis", Kind::server},
    Scheme{"rediss", Kind::server, true},
    Scheme{"unix", Kind::socket},
    Scheme{"valkey", Kind::server},
    Scheme{"valkeys", Kind::server, true},
    Scheme{"redis+ssl", Kind::server, true},
    Scheme{"redis+tls", Kind::server, true},
    Scheme{"redis+socket", Kind::socket},
    Scheme{"redis-socket", Kind::socket},
    Scheme{"redis+unix", Kind::socket},
    Scheme{"valkey+socket", Kind::socket},
    Scheme{"redis-sentinel", Kind::sentinels},
    Scheme{"rediss-sentinel", Kind::sentinels, true},
    Scheme{"valkey-sentinel", Kind::sentinels},
    Scheme{"valkeys-sentinel", Kind::sentinels, true},
    Scheme{"redis+sentinel", Kind::sentinels},
    Scheme{"rediss+sentinel", Kind::sentinels, true},
    Scheme{"sentinel", Kind::sentinels},
};

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_control_or_space(char c) { return c == ' ' || is_control(c); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool holds_at(std::string_view text) { return text.find('@') != text.npos; }

tl::expected<Scheme, std::string> find_scheme(std::string_view name) {
  if (const auto* known = std::ranges::find(schemes, name, &Scheme::name); known != schemes.end()) {
    if (known->tls && !has_tls())
      return Failed{std::string{name} + ":// is not supported: this build speaks no TLS"};
    return *known;
  }
  const auto belongs = [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '+' || c == '-' || c == '.';
  };
  if (name.empty() || name.size() > 20 || !std::ranges::all_of(name, belongs))
    return Failed{"the URL has no scheme (accepted: " + std::string{example} + ")"};
  return Failed{"scheme '" + std::string{name} +
                "' is not one of redis://, rediss://, unix://, redis-sentinel://, valkey://"};
}

Login read_login(const UrlParts& parts) {
  Login login;
  const auto colon = parts.user_info.find(':');
  login.username = decoded(parts.user_info.substr(0, colon));
  if (colon != parts.user_info.npos) login.password = decoded(parts.user_info.substr(colon + 1));
  if (login.username.empty()) login.username = option(parts.query, "username").value_or("");
  if (login.password.empty()) login.password = option(parts.query, "password").value_or("");
  return login;
}

tl::expected<std::string, std::string> read_socket(const UrlParts& parts) {
  if (!parts.hosts.empty()) {
    if (holds_at(parts.path)) return Failed{password_cut_short(parts)};
    if (parts.hosts != "localhost")
      return Failed{"a unix:// URL takes a path from the root, as in unix:///run/redis.sock"};
  }
  auto path = decoded(parts.path);
  if (path.size() < 2) return Failed{"the unix:// URL has no path (accepted: unix:///PATH)"};
  if (std::ranges::any_of(path, is_control))
    return Failed{"the path of the unix:// URL holds a control character"};
  return path;
}

/// The path behind the master's name, which moves into the endpoint.
tl::expected<std::string_view, std::string> read_sentinels(const UrlParts& parts,
                                                           Endpoint& endpoint) {
  auto& sentinels = endpoint.sentinels.emplace();
  sentinels.login = {option(parts.query, "sentinel_username").value_or(""),
                     option(parts.query, "sentinel_password").value_or("")};
  if (auto master = option(parts.query, "sentinelMasterId")) {
    sentinels.master = std::move(*master);
    return parts.path;
  }
  const auto path = parts.path.substr(parts.path.starts_with('/') ? 1 : 0);
  const auto slash = path.find('/');
  sentinels.master = decoded(path.substr(0, slash));
  if (sentinels.master.empty() || std::ranges::any_of(sentinels.master, is_control_or_space))
    return Failed{
        "the URL names no master (accepted: redis-sentinel://HOST:PORT,HOST:PORT/MASTER/DATABASE)"};
  return slash == path.npos ? std::string_view{} : path.substr(slash);
}

/// The number in the path. Other paths do not count: users have such URLs, and
/// redis-py ignores the path then.
std::optional<std::string> database_in(std::string_view path) {
  auto text = decoded(path);
  std::erase(text, '/');
  const auto digits = std::string_view{text}.substr(text.starts_with('-') ? 1 : 0);
  if (digits.empty() || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
  return text;
}

std::optional<std::string> database_text(const UrlParts& parts, Kind kind, std::string_view path) {
  if (auto text = option(parts.query, "db")) return text;
  if (kind != Kind::socket) return database_in(path);
  // Kombu's name for it, and Lettuce's.
  if (auto text = option(parts.query, "virtual_host")) return text;
  return option(parts.query, "database");
}

}  // namespace

tl::expected<Endpoint, std::string> parse_url(std::string_view url) {
  while (url.ends_with('\n') || url.ends_with('\r')) url.remove_suffix(1);
  if (url.empty()) return Failed{"the URL is empty (accepted: " + std::string{example} + ")"};
  if (std::ranges::any_of(url, is_control_or_space))
    return Failed{"the URL holds a space or a control character: write a space as %20"};

  const auto scheme_end = url.find("://");
  std::string name{scheme_end == url.npos ? "" : url.substr(0, scheme_end)};
  std::ranges::transform(name, name.begin(), lower);
  const auto scheme = find_scheme(name);
  if (!scheme) return Failed{scheme.error()};

  const auto parts = split_url(url.substr(scheme_end + 3));
  if (scheme->kind != Kind::socket && has_stray_at(parts)) return Failed{password_cut_short(parts)};
  Endpoint endpoint{.login = read_login(parts)};
  auto path = parts.path;
  if (scheme->kind == Kind::sentinels) {
    const auto rest = read_sentinels(parts, endpoint);
    if (!rest) return Failed{rest.error()};
    path = *rest;
  }
  if (scheme->kind == Kind::socket) {
    auto socket = read_socket(parts);
    if (!socket) return Failed{socket.error()};
    endpoint.unix_path = std::move(*socket);
  } else {
    constexpr std::uint16_t sentinel_port = 26379;
    const Host fallback = endpoint.sentinels ? Host{.port = sentinel_port} : Host{};
    auto hosts = read_hosts(parts, fallback);
    if (!hosts) return Failed{hosts.error()};
    endpoint.hosts = std::move(*hosts);
  }
  if (scheme->tls) {
    auto tls = read_tls(parts.query);
    if (!tls) return Failed{tls.error()};
    endpoint.tls = std::move(*tls);
  }
  if (const auto text = database_text(parts, scheme->kind, path)) {
    const auto database = read_database(*text);
    if (!database)
      return Failed{holds_at(parts.after_authority) ? password_cut_short(parts) : database.error()};
    endpoint.database = *database;
  }
  return endpoint;
}

}  // namespace heartbeat::redis
