#include "redis/client.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "document/time.hpp"

namespace heartbeat::redis {
namespace {

constexpr int max_redirects = 5;

std::string key_of(CommandWords command) {
  return std::string{command.size() > 1 ? command[1] : ""};
}

bool bears_repeating(CommandWords command) {
  return command.front() != "ZREM" && command.front() != "XADD";
}

}  // namespace

struct Client::Batch {
  std::size_t count;
  const CommandAt& command_at;
  const OnReply& on_reply;
  int redirects_left = max_redirects;
  std::vector<NodeBatch> open{};  ///< requests without a reply

  void add(const NodeAddress& address, std::size_t index, bool is_asking = false) {
    auto node = std::ranges::find(open, address, &NodeBatch::address);
    if (node == open.end()) node = open.insert(node, {address});
    if (is_asking) node->requests.push_back({index, is_asking});
    node->requests.push_back({index});
  }

  bool bears_repeating() const {
    for (std::size_t i = 0; i < count; ++i)
      if (!redis::bears_repeating(command_at(i))) return false;
    return true;
  }
};

Client::Client(Endpoint endpoint, ProgressListener* listener, LogIn log_in)
    : endpoint_{std::move(endpoint)},
      redactor_{endpoint_},
      listener_{listener != nullptr ? *listener : silent_},
      log_in_{log_in} {}

Result<void> Client::ask(std::size_t count, const CommandAt& command_at, const Deadline& deadline,
                         const OnReply& on_reply) {
  Batch batch{count, command_at, on_reply};
  for (std::size_t i = 0; i < count; ++i) {
    const auto moved = moved_.empty() ? moved_.end() : moved_.find(key_of(command_at(i)));
    batch.add(moved == moved_.end() ? NodeAddress{} : NodeAddress{moved->second}, i);
  }
  for (; !batch.open.empty(); --batch.redirects_left)
    if (const auto asked = ask_nodes(batch, deadline); !asked) return asked;
  return {};
}

Result<Replies> Client::ask(std::span<const Command> commands, const Deadline& deadline) {
  Replies replies(commands.size());
  const auto command_at = [&](std::size_t index) { return CommandWords{commands[index]}; };
  const auto keep = [&](std::size_t index, Reply&& reply) { replies[index] = std::move(reply); };
  return ask(commands.size(), command_at, deadline, keep).map([&] { return std::move(replies); });
}

/// Each node gets its share of the time: one that hangs does not hide the replies of the others.
Result<void> Client::ask_nodes(Batch& batch, const Deadline& deadline) {
  auto nodes = std::exchange(batch.open, {});
  auto left = nodes.size();
  for (auto& node : nodes) {
    const auto asked = ask_node(node, batch, deadline.share(left--));
    if (asked) continue;
    if (!node.address) return asked;
    for (const auto& request : std::span{node.requests}.subspan(node.answered)) {
      if (request.is_asking) continue;
      moved_.erase(key_of(batch.command_at(request.index)));
      batch.on_reply(request.index, Unanswered{asked.error()});
    }
  }
  return {};
}

Result<void> Client::ask_node(NodeBatch& node_batch, Batch& batch, const Deadline& deadline) {
  for (bool repeats = false;; repeats = true) {
    auto node = take_node(node_batch.address, deadline);
    if (!node) return Failed{node.error()};
    if (repeats) ++reconnects_;
    const auto& address = node->address;
    listener_.begun(address ? Stage::redirect : Stage::query,
                    address ? to_string(*address) : to_string(endpoint_));
    const auto asked = exchange(*node->connection, node_batch, batch, deadline);
    listener_.ended(asked ? "answered" : asked.error().what);
    const bool again = node->kept && node_batch.answered == 0 &&
                       node->connection->ended_unanswered() && batch.bears_repeating();
    if (!again) {
      if (asked) nodes_.push_back(std::move(*node));
      return asked;
    }
    if (auto found = find_endpoint_ ? find_endpoint_() : std::nullopt) {
      endpoint_ = std::move(*found);
      redactor_ = Redactor{endpoint_};
    }
  }
}

/// An idle connection or a new one. The caller puts it back into nodes_ if it can be used again.
Result<Client::Node> Client::take_node(const NodeAddress& address, const Deadline& deadline) {
  if (const auto known = std::ranges::find(nodes_, address, &Node::address);
      known != nodes_.end()) {
    auto node = std::move(*known);
    node.kept = true;
    nodes_.erase(known);
    return node;
  }
  auto transport = address ? connect(*address, endpoint_.tls, deadline, listener_)
                           : connect(endpoint_, deadline, listener_);
  if (!transport) return Failed{transport.error()};
  const auto where = transport->where;
  auto connection = std::make_unique<Connection>(std::move(*transport), endpoint_.login,
                                                 endpoint_.database, redactor_);
  if (log_in_ == LogIn::before_commands) {
    listener_.begun(Stage::login, where);
    const auto accepted = connection->send(0, {}, deadline);
    listener_.ended(accepted ? "accepted" : accepted.error().what);
    if (!accepted) return Failed{accepted.error()};
  }
  ++connects_;
  ++topology_version_;
  return Node{address, std::move(connection)};
}

/// Sends the requests, and hands their replies on.
Result<void> Client::exchange(Connection& connection, NodeBatch& node_batch, Batch& batch,
                              const Deadline& deadline) {
  const auto& requests = node_batch.requests;
  static constexpr std::array<std::string_view, 1> asking{"ASKING"};
  const auto command_at = [&](std::size_t i) {
    return requests[i].is_asking ? CommandWords{asking} : batch.command_at(requests[i].index);
  };
  if (const auto sent = connection.send(requests.size(), command_at, deadline); !sent) return sent;
  // If ASKING is refused, its error is the reply to the command after it.
  std::optional<Reply> refused;
  for (const auto& request : requests) {
    // The caller may take long for each reply, while Redis is never late.
    if (Deadline::Steady::now() >= deadline.at)
      return Failed{Error{Failure::timeout, to_string(endpoint_) +
                                                ": not all answers were read within " +
                                                format_duration(deadline.limit)}};
    const auto reply = connection.receive(deadline);
    if (!reply) return Failed{reply.error()};
    ++node_batch.answered;
    if (!request.is_asking) {
      deliver(request, std::move(refused ? *refused : **reply), connection.host(), batch);
      refused.reset();
    } else if (std::holds_alternative<ErrorReply>(**reply)) {
      refused = std::move(**reply);
    }
  }
  return {};
}

/// Hands the reply to the caller of ask(), or follows its redirection.
void Client::deliver(const Request& request, Reply&& reply, const Host& from, Batch& batch) {
  const auto* error = std::get_if<ErrorReply>(&reply);
  const auto redirect = error != nullptr ? redirect_from(error->text, from) : std::nullopt;
  if (redirect) {
    ++topology_version_;
    if (!redirect->ask) moved_[key_of(batch.command_at(request.index))] = redirect->host;
    if (batch.redirects_left > 0) return batch.add(redirect->host, request.index, redirect->ask);
  }
  batch.on_reply(request.index, std::move(reply));
}

}  // namespace heartbeat::redis
