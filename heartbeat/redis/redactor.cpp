#include "redis/redactor.hpp"

#include <algorithm>

#include "redis/url_parts.hpp"

namespace heartbeat::redis {

Redactor::Redactor(const Endpoint& endpoint) {
  add(endpoint.login.password);
  if (endpoint.tls) add(endpoint.tls->key_password);
  if (endpoint.sentinels) add(endpoint.sentinels->login.password);
}

void Redactor::add(std::string_view secret) {
  if (secret.empty()) return;
  for (auto spelling : {std::string{secret}, encoded(secret)})
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
