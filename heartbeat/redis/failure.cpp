#include "redis/failure.hpp"

namespace heartbeat::redis {

Failure classify(std::string_view reply) noexcept {
  const auto word = reply.substr(0, reply.find(' '));
  const auto holds = [&](std::string_view text) { return reply.find(text) != reply.npos; };
  if (word == "NOAUTH" || word == "WRONGPASS") return Failure::auth;
  if (word == "NOPERM" || word == "DENIED") return Failure::denied;
  if (word == "LOADING") return Failure::loading;
  // Redis before 6 has no word for these: a wrong password, a password where
  // none is set, and a user name, which it does not know.
  if (word == "ERR" && (holds("invalid password") || holds("ERR AUTH ") || holds("sent AUTH") ||
                        holds("'auth' command")))
    return Failure::auth;
  return Failure::redis_error;
}

std::string redact(std::string text, std::string_view secret) {
  constexpr std::string_view mask = "***";
  if (secret.empty()) return text;
  for (auto at = text.find(secret); at != text.npos; at = text.find(secret, at + mask.size()))
    text.replace(at, secret.size(), mask);
  return text;
}

}  // namespace heartbeat::redis
