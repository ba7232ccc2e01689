#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

/// The cause of an error.
enum class Failure {
  dns,          ///< the host's name has no address
  unreachable,  ///< no connection, or it ended before the reply
  timeout,      ///< the deadline passed; the command may still have run
  tls,          ///< no secure connection
  auth,         ///< wrong or missing password
  denied,       ///< the user may not do this, or protected mode
  loading,      ///< Redis reads its data from disk
  redis_error,  ///< any other error reply, or a reply that is not RESP
};

struct Error {
  Failure failure = Failure::redis_error;
  std::string what{};  ///< a readable text without secrets
};

/// The failure that the first word of an error reply stands for. `reply` is the text after the '-'.
Failure classify(std::string_view reply) noexcept;

/// The error for an error reply to a command: `GETRANGE: NOPERM this user has ...`. Adds advice
/// where Redis gives none, and shortens a long reply.
Error refusal(std::string_view command, std::string_view reply);

/// The error for a peer whose first bytes are not RESP. Its text says so if they are HTTP or TLS.
Error protocol_error(const std::string& where, std::string_view bytes);

/// The node to which a cluster node redirects a command whose key it does not have
/// (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec).
struct Redirect {
  Host host;
  bool ask = false;  ///< this command only, after ASKING; false: from now on

  bool operator==(const Redirect&) const = default;
};

/// Reads `MOVED 3999 10.0.0.1:6381` and `ASK ...`. A node that does not know its own name leaves
/// the host out or writes '?'; the host is then that of `answerer`. Returns nothing for other
/// replies and for malformed ones.
std::optional<Redirect> redirect_from(std::string_view error_reply, const Host& answerer);

}  // namespace heartbeat::redis
