#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "redis/connect.hpp"
#include "redis/connection.hpp"
#include "redis/deadline.hpp"
#include "redis/endpoint.hpp"
#include "redis/error.hpp"
#include "redis/resp.hpp"

namespace heartbeat::redis {

/// When AUTH and SELECT are sent on a new connection.
enum class LogIn {
  with_commands,  ///< in the same round trip
  /// In a round trip before: a write must not go to the wrong database if SELECT is refused.
  before_commands,
};

/// Sends commands to the Redis of an endpoint: one server, the master that sentinels name, or the
/// nodes of a cluster, whose redirections it follows. Connects when needed and keeps connections;
/// after a failure, the next ask() resolves names and asks sentinels again.
///
/// Servers and proxies close idle connections. If a kept connection has ended before the first byte
/// of an answer, the commands are sent once more on a new one, unless they have another result the
/// second time (ZREM, XADD).
///
/// Bounded by the deadline, except for the resolver. Not thread-safe.
class Client {
 public:
  /// The listener, if any, must outlive the client.
  explicit Client(Endpoint endpoint, ProgressListener* listener = nullptr,
                  LogIn log_in = LogIn::with_commands);
  /// `find` reads the settings again before a connection replaces one that has ended, because a
  /// password may have changed in its file. If it fails, the known settings hold.
  template <typename Find>
  void set_find_endpoint(Find find) {
    find_endpoint_ = [find = std::move(find)]() -> std::optional<Endpoint> {
      if (auto found = find()) return std::move(*found);
      return std::nullopt;
    };
  }

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Sends `count` commands. `command_at` makes the command with an index, perhaps more than once;
  /// its words must live until the next one is made. The first argument of each command is its key.
  /// Calls `on_reply` for each reply when it arrives, in any order, with the index of its command.
  /// An Error applies to the commands without a reply.
  using CommandAt = Connection::CommandAt;
  using OnReply = std::function<void(std::size_t, Reply&&)>;
  Result<void> ask(std::size_t count, const CommandAt& command_at, const Deadline& deadline,
                   const OnReply& on_reply);

  /// The same, but returns all replies together. An Error applies to all commands.
  Result<Replies> ask(std::span<const Command> commands, const Deadline& deadline);

  std::uint64_t connects() const noexcept { return connects_; }

  /// How many new connections have replaced one that had ended.
  std::uint64_t reconnects() const noexcept { return reconnects_; }

  /// Where it connects; set_find_endpoint() may change it.
  const Endpoint& endpoint() const noexcept { return endpoint_; }

  /// Changes with every connection and redirection; until then, each key is on the same server.
  std::uint64_t topology_version() const noexcept { return topology_version_; }

 private:
  using NodeAddress = std::optional<Host>;  ///< nothing: the endpoint's own address
  struct Node {
    NodeAddress address;
    std::unique_ptr<Connection> connection;
    bool kept = false;  ///< from an earlier ask()
  };
  struct Request {
    std::size_t index;       ///< of its command
    bool is_asking = false;  ///< ASKING, which is sent before that command
  };
  struct NodeBatch {
    NodeAddress address;
    std::vector<Request> requests{};
    std::size_t answered = 0;  ///< number of requests with a reply
  };
  struct Batch;

  Result<Node> take_node(const NodeAddress& address, const Deadline& deadline);
  Result<void> ask_nodes(Batch& batch, const Deadline& deadline);
  Result<void> ask_node(NodeBatch& node_batch, Batch& batch, const Deadline& deadline);
  Result<void> exchange(Connection& connection, NodeBatch& node_batch, Batch& batch,
                        const Deadline& deadline);
  void deliver(const Request& request, Reply&& reply, const Host& from, Batch& batch);

  Endpoint endpoint_;
  std::function<std::optional<Endpoint>()> find_endpoint_;
  Redactor redactor_;
  ProgressListener silent_;
  ProgressListener& listener_;
  LogIn log_in_;
  std::vector<Node> nodes_;            ///< connected and idle; a few at most
  std::map<std::string, Host> moved_;  ///< keys that redirections moved to another host
  std::uint64_t connects_ = 0;
  std::uint64_t reconnects_ = 0;
  std::uint64_t topology_version_ = 0;
};

}  // namespace heartbeat::redis
