#pragma once

#include <string>

namespace heartbeat::redis {

/// What has to be done before an answer is there; each may hang.
enum class Stage {
  lookup,    ///< the addresses of a name; the only one that no deadline can shorten
  connect,   ///< one address
  tls,       ///< the handshake
  login,     ///< AUTH and SELECT, where they go out by themselves
  sentinel,  ///< where the master is
  query,     ///< the commands
  redirect,  ///< the commands once more, at the cluster node that has the key
};

/// Told of every stage as it begins and ends, in the calling thread. For last
/// words and for explanations; must not throw.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void begun(Stage stage, const std::string& where) = 0;
  /// How the stage begun last ended: without secrets, but not fit to print.
  virtual void ended(const std::string& outcome) = 0;
};

/// Nobody listens.
class Unobserved final : public Observer {
 public:
  void begun(Stage, const std::string&) override {}
  void ended(const std::string&) override {}
};

}  // namespace heartbeat::redis
