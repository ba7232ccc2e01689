#include "redis/redirect.hpp"

#include "document/parse.hpp"

namespace heartbeat::redis {

std::optional<Redirect> redirect_from(std::string_view error_reply, const Host& answerer) {
  const bool ask = error_reply.starts_with("ASK ");
  if (!ask && !error_reply.starts_with("MOVED ")) return std::nullopt;
  const auto where = error_reply.substr(error_reply.rfind(' ') + 1);
  // The last colon: an IPv6 address has no brackets here.
  const auto colon = where.rfind(':');
  if (colon == where.npos) return std::nullopt;
  const auto port = parse_integer<std::uint16_t>(where.substr(colon + 1));
  if (!port || *port == 0) return std::nullopt;
  const auto name = where.substr(0, colon);
  const bool unnamed = name.empty() || name == "?";
  return Redirect{{unnamed ? answerer.name : std::string{name}, *port}, ask};
}

}  // namespace heartbeat::redis
