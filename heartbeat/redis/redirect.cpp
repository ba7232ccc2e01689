#include "redis/redirect.hpp"

#include <charconv>

namespace heartbeat::redis {

std::optional<Redirect> redirect_from(std::string_view error_reply, const Host& answerer) {
  const bool ask = error_reply.starts_with("ASK ");
  if (!ask && !error_reply.starts_with("MOVED ")) return std::nullopt;
  const auto where = error_reply.substr(error_reply.rfind(' ') + 1);
  // The last one, for an IPv6 address stands there without brackets.
  const auto colon = where.rfind(':');
  if (colon == where.npos) return std::nullopt;
  const auto digits = where.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (stop != digits.data() + digits.size() || error != std::errc{} || port == 0)
    return std::nullopt;
  const auto name = where.substr(0, colon);
  const bool unnamed = name.empty() || name == "?";
  return Redirect{{unnamed ? answerer.name : std::string{name}, port}, ask};
}

}  // namespace heartbeat::redis
