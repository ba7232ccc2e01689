#pragma once

#include <string>

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

}  // namespace heartbeat::redis
