#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heartbeat::redis {

struct Host {
  std::string name = "127.0.0.1";  ///< a name, or an IPv4 or IPv6 address without brackets
  std::uint16_t port = 6379;

  bool operator==(const Host&) const = default;
};

struct Login {
  std::string username{};           ///< empty: the default user
  std::string password{};           ///< empty, as is the user name: no AUTH is sent
  std::string password_variable{};  ///< the variable that supplied the password; empty: the URL

  bool operator==(const Login&) const = default;
};

/// The user name for people. Without a password it may be one, as in redis://SECRET@HOST.
inline std::string shown_user(const Login& login) {
  return login.password.empty() && !login.username.empty() ? "***" : login.username;
}

/// How a secure connection is made. Each connection reads the files again: they may be renewed.
struct Tls {
  bool verify = true;          ///< refuse a certificate that no trusted authority signed
  bool check_hostname = true;  ///< refuse a certificate for another name; only with `verify`
  std::string ca_file{};       ///< both empty: the system's authorities
  std::string ca_directory{};
  std::string certificate{};  ///< of the client, with its chain; empty: no certificate
  std::string key{};          ///< empty: the key is in the certificate file
  std::string key_password{};

  bool operator==(const Tls&) const = default;
};

/// Present if the endpoint's hosts are sentinels, which know the master's address.
struct Sentinels {
  std::string master = "mymaster";
  Login login{};  ///< to the sentinels themselves

  bool operator==(const Sentinels&) const = default;
};

struct Endpoint {
  std::vector<Host> hosts{Host{}};  ///< in the order in which they are tried
  std::string unix_path{};          ///< not empty: a unix socket, and hosts are ignored
  Login login{};
  std::uint32_t database = 0;
  std::optional<Tls> tls{};  ///< to sentinels and cluster nodes as well
  std::optional<Sentinels> sentinels{};

  bool operator==(const Endpoint&) const = default;
};

/// `redis:6379`, `[::1]:6379`.
inline std::string to_string(const Host& host) {
  const bool is_v6 = host.name.find(':') != host.name.npos;
  return (is_v6 ? "[" + host.name + "]" : host.name) + ":" + std::to_string(host.port);
}

/// `redis:6379`, `/run/redis.sock`, `mymaster at s1:26379,s2:26379`: for messages, without secrets.
inline std::string to_string(const Endpoint& endpoint) {
  if (!endpoint.unix_path.empty()) return endpoint.unix_path;
  std::string text = endpoint.sentinels ? endpoint.sentinels->master + " at " : "";
  for (std::size_t i = 0; i < endpoint.hosts.size(); ++i)
    text += (i > 0 ? "," : "") + to_string(endpoint.hosts[i]);
  return text;
}

}  // namespace heartbeat::redis
