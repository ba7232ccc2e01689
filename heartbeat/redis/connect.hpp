#pragma once

#include <optional>
#include <string>

#include "redis/deadline.hpp"
#include "redis/endpoint.hpp"
#include "redis/error.hpp"
#include "redis/transport.hpp"

namespace heartbeat::redis {

/// A step on the way to a reply. Each step may hang.
enum class Stage {
  lookup,    ///< resolving a name; the deadline cannot interrupt it
  connect,   ///< to one address
  tls,       ///< the handshake
  login,     ///< AUTH and SELECT, where they are sent before the commands
  sentinel,  ///< asking a sentinel for the master
  query,     ///< the commands
  redirect,  ///< the commands again, at another cluster node
};

/// Receives the begin and end of every stage, in the client's thread. Must not throw.
class ProgressListener {
 public:
  virtual ~ProgressListener() = default;
  virtual void begun(Stage, const std::string& where) { static_cast<void>(where); }
  /// How the latest stage ended. The text holds no secret; it may hold control characters.
  virtual void ended(const std::string& outcome) { static_cast<void>(outcome); }
};

/// Connects to the unix socket, to the first host that accepts, or to the master that sentinels
/// name. Each host and address gets an equal share of the time, so that a silent one leaves time
/// for the next. The error names every address that was tried.
Result<Transport> connect(const Endpoint& endpoint, const Deadline& deadline,
                          ProgressListener& listener);

/// The first address that accepts, over TLS if `tls` is set.
Result<Transport> connect(const Host& host, const std::optional<Tls>& tls, const Deadline& deadline,
                          ProgressListener& listener);

}  // namespace heartbeat::redis
