#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "redis/deadline.hpp"
#include "redis/endpoint.hpp"
#include "redis/error.hpp"
#include "redis/transport.hpp"

namespace heartbeat::redis {

/// What has to be done before a reply is there. Each may hang.
enum class Stage {
  lookup,    ///< the addresses of a name; no deadline shortens it
  connect,   ///< to one address
  tls,       ///< the handshake
  login,     ///< AUTH and SELECT, where they are sent before the commands
  sentinel,  ///< where the master is
  query,     ///< the commands
  redirect,  ///< the commands again, at the cluster node that has the key
};

/// Is told of the beginning and the end of every stage, in the calling thread. It must not throw.
/// This one ignores what it is told.
class ProgressListener {
 public:
  virtual ~ProgressListener() = default;
  virtual void begun(Stage, const std::string& where) { static_cast<void>(where); }
  /// How the latest stage ended. The text holds no secret; it may hold control characters.
  virtual void ended(const std::string& outcome) { static_cast<void>(outcome); }
};

/// Connects to the Redis of the endpoint: to its unix socket, to the first of its hosts that
/// accepts, or to the master that its sentinels name. Each host and each address gets its share of
/// the time, so that one that swallows everything does not hide the next. The error names every
/// address tried.
tl::expected<Transport, Error> connect(const Endpoint& endpoint, const Deadline& deadline,
                                       ProgressListener& listener);

/// Connects to the first address of the host that accepts, with TLS if `tls` says how.
tl::expected<Transport, Error> connect(const Host& host, const std::optional<Tls>& tls,
                                       const Deadline& deadline, ProgressListener& listener);

}  // namespace heartbeat::redis
