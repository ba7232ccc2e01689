#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

/// Why Redis could not be asked, or refused.
enum class Failure {
  dns,          ///< the host's name has no address
  unreachable,  ///< no connection, or it ended before the answer
  timeout,      ///< the deadline passed; the command may still have run
  tls,          ///< no secure connection
  auth,         ///< wrong or missing password
  denied,       ///< the user may not do this, or protected mode
  loading,      ///< Redis reads its data from disk
  redis_error,  ///< any other error reply, or an answer that is not RESP
};

struct Error {
  Failure failure = Failure::redis_error;
  std::string what{};  ///< for people; without secrets
};

/// The failure that an error reply stands for, by its first word. `reply` is the text after the
/// '-'.
Failure classify(std::string_view reply) noexcept;

/// The error for an error reply to a command: `GETRANGE: NOPERM this user has ...`. Adds advice
/// where Redis gives none, and shortens a long reply.
Error refusal(std::string_view command, std::string_view reply);

/// The error for a peer whose first bytes are not RESP. Names HTTP and TLS.
Error foreign(const std::string& where, std::string_view bytes);

/// Where a cluster node sends a client that asked for another node's key
/// (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec).
struct Redirect {
  Host host;
  bool ask = false;  ///< only this time, behind ASKING, while the slot moves; else for good

  bool operator==(const Redirect&) const = default;
};

/// Reads `MOVED 3999 10.0.0.1:6381` and `ASK ...`. A node that does not know its own name leaves
/// the host out, or writes '?'; the host is then the host of `answerer`. Nothing for other replies
/// and for a malformed one.
std::optional<Redirect> redirect_from(std::string_view error_reply, const Host& answerer);

}  // namespace heartbeat::redis
