#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>

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

/// Receives the beginning and the end of every stage, in the thread that calls the client. Its
/// functions must not throw. This base class does nothing.
class ProgressListener {
 public:
  virtual ~ProgressListener() = default;
  virtual void begun(Stage, const std::string& where) { static_cast<void>(where); }
  /// How the latest stage ended. The text holds no secret; it may hold control characters.
  virtual void ended(const std::string& outcome) { static_cast<void>(outcome); }
};

/// Connects to the Redis of the endpoint: to its unix socket, to the first of its hosts that
/// accepts, or to the master that its sentinels name. Each host and each address gets an equal
/// share of the time, so that a silent address leaves time for the next one. The error names every
/// address that was tried.
tl::expected<Transport, Error> connect(const Endpoint& endpoint, const Deadline& deadline,
                                       ProgressListener& listener);

/// Connects to the first address of the host that accepts, over TLS if `tls` is set.
tl::expected<Transport, Error> connect(const Host& host, const std::optional<Tls>& tls,
                                       const Deadline& deadline, ProgressListener& listener);

}  // namespace heartbeat::redis
