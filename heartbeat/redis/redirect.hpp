#pragma once

#include <optional>
#include <string_view>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

/// Where a cluster node sends a client that asked for another node's key
/// (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec).
struct Redirect {
  Host host;
  bool ask = false;  ///< this once, behind ASKING, while the slot moves; else for good

  bool operator==(const Redirect&) const = default;
};

/// Reads `MOVED 3999 10.0.0.1:6381` and `ASK ...`. A node that does not know its
/// own name leaves the host out, or writes '?': then it is `answerer`'s. Nothing
/// for other replies and for what does not make sense.
std::optional<Redirect> redirect_from(std::string_view error_reply, const Host& answerer);

}  // namespace heartbeat::redis
