#include "redis/error.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document/text.hpp"

namespace heartbeat::redis {
namespace {

constexpr std::size_t max_reply_bytes = 300;
constexpr std::size_t max_shown_bytes = 24;

/// Advice for an error reply that gives none.
std::string_view advice(std::string_view word) {
  if (word == "NOAUTH") return "give a password: REDIS_PASSWORD, REDIS_PASSWORD_FILE or the URL";
  if (word == "READONLY") return "this is a replica: name its master";
  if (word == "MISCONF") return "Redis cannot save to disk and takes no writes";
  if (word == "OOM") return "Redis is full";
  if (word == "BUSY") return "a script blocks Redis";
  if (word == "MASTERDOWN") return "a replica that has lost its master";
  if (word == "MOVED" || word == "ASK") return "redirected too often: the cluster's nodes disagree";
  if (word == "CLUSTERDOWN") return "the cluster has no node for this key";
  return {};
}

/// Replaces each byte except letters, digits and "-._~" by its code, such as '%41' (RFC 3986).
std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (lower(c) >= 'a' && lower(c) <= 'z') || is_digit(c) ||
                       std::string_view{"-._~"}.find(c) != std::string_view::npos;
    out += plain ? std::string{c} : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

/// Without a password, the "user name" may be the password, as in redis://SECRET@HOST.
std::string_view secret_of(const Login& login) {
  constexpr std::size_t least = 4;  // a shorter name would be cut out of common words
  const bool may_be_secret = login.username.size() >= least && login.username != "default";
  return login.password.empty() && may_be_secret ? login.username : login.password;
}

}  // namespace

Failure classify(std::string_view reply) noexcept {
  const auto word = reply.substr(0, reply.find(' '));
  const auto holds = [&](std::string_view text) { return reply.find(text) != reply.npos; };
  if (word == "NOAUTH" || word == "WRONGPASS") return Failure::auth;
  if (word == "NOPERM" || word == "DENIED" || word == "-DENIED") return Failure::denied;
  if (word == "LOADING") return Failure::loading;
  // Redis before 6 has no error code for these, nor for a user name, which it does not support.
  if (word == "ERR" && (holds("invalid password") || holds("ERR AUTH ") || holds("sent AUTH") ||
                        holds("'auth' command")))
    return Failure::auth;
  return Failure::redis_error;
}

Error refusal(std::string_view command, std::string_view reply) {
  const auto word = reply.substr(0, reply.find(' '));
  const auto failure = classify(reply);
  // Redis sends this text, of 600 bytes, before any command.
  if (word == "DENIED")
    return {
        failure,
        "DENIED: Redis is in protected mode: until it has a password it takes only local clients"};
  std::string what{command};
  if (!what.empty()) what += ": ";
  what += reply.substr(0, max_reply_bytes);
  if (reply.size() > max_reply_bytes) what += "...";
  if (const auto hint = advice(word); !hint.empty()) (((what += " (") += hint) += ")");
  return {failure, std::move(what)};
}

Error protocol_error(const std::string& where, std::string_view bytes) {
  if (bytes.starts_with("HTTP/"))
    return {Failure::redis_error, where + " speaks HTTP, not the Redis protocol"};
  // A TLS record: an alert or a handshake, of version 3.x.
  if (bytes.size() > 1 && (bytes[0] == '\x15' || bytes[0] == '\x16') && bytes[1] == '\x03')
    return {Failure::tls, where + " speaks TLS: write rediss:// in the URL"};
  std::string what = where + " does not speak the Redis protocol";
  const auto line = bytes.substr(0, std::min(bytes.find_first_of("\r\n"), max_shown_bytes));
  if (!line.empty()) ((what += " (it says '") += line) += "')";
  return {Failure::redis_error, std::move(what)};
}

std::optional<Redirect> redirect_from(std::string_view error_reply, const Host& answerer) {
  const bool ask = error_reply.starts_with("ASK ");
  if (!ask && !error_reply.starts_with("MOVED ")) return std::nullopt;
  const auto where = error_reply.substr(error_reply.rfind(' ') + 1);
  // Split at the last colon: an IPv6 address has no brackets here.
  const auto colon = where.rfind(':');
  if (colon == where.npos) return std::nullopt;
  const auto port = parse_integer<std::uint16_t>(where.substr(colon + 1));
  if (!port || *port == 0) return std::nullopt;
  const auto name = where.substr(0, colon);
  const bool unnamed = name.empty() || name == "?";
  return Redirect{{unnamed ? answerer.name : std::string{name}, *port}, ask};
}

Redactor::Redactor(const Endpoint& endpoint) {
  add(secret_of(endpoint.login));
  if (endpoint.tls) add(endpoint.tls->key_password);
  if (endpoint.sentinels) add(secret_of(endpoint.sentinels->login));
}

void Redactor::add(std::string_view secret) {
  if (secret.empty()) return;
  for (auto spelling : {std::string{secret}, percent_encoded(secret)})
    if (std::ranges::find(secrets_, spelling) == secrets_.end())
      secrets_.push_back(std::move(spelling));
  std::ranges::sort(secrets_, std::ranges::greater{}, &std::string::size);
}

std::string Redactor::operator()(std::string text) const {
  constexpr std::string_view mask = "***";
  for (const auto& secret : secrets_)
    for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at + mask.size()))
      text.replace(at, secret.size(), mask);
  return text;
}

}  // namespace heartbeat::redis
