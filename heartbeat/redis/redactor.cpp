#include "redis/redactor.hpp"

#include <algorithm>

#include "document/parse.hpp"

namespace heartbeat::redis {
namespace {

/// Replaces each byte except letters, digits and "-._~" by its code, such as '%41' (RFC 3986).
std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (lower(c) >= 'a' && lower(c) <= 'z') || is_digit(c) ||
                       std::string_view{"-._~"}.find(c) != std::string_view::npos;
    const auto byte = static_cast<unsigned char>(c);
    if (plain)
      out += c;
    else
      (out += '%') += {digits[byte / 16], digits[byte % 16]};
  }
  return out;
}

}  // namespace

Redactor::Redactor(const Endpoint& endpoint) {
  add(endpoint.login.password);
  if (endpoint.tls) add(endpoint.tls->key_password);
  if (endpoint.sentinels) add(endpoint.sentinels->login.password);
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
