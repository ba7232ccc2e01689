#include "redis/client.hpp"

#include <algorithm>
#include <utility>

#include "document/time.hpp"

namespace heartbeat::redis {
namespace {

constexpr int max_redirects = 5;
constexpr std::size_t requests_at_once = 1'000;

std::string key_of(const Command& command) {
  return std::string{command.size() > 1 ? command[1] : ""};
}

bool bears_repeating(const Command& command) {
  return command.front() != "ZREM" && command.front() != "XADD";
}

}  // namespace

struct Client::Batch {
  std::size_t count;
  const CommandAt& command_at;
  const OnReply& on_reply;
  int redirects_left = max_redirects;
  std::vector<NodeBatch> open{};  ///< requests without a reply

  void add(const NodeAddress& address, Request request) {
    auto node = std::ranges::find(open, address, &NodeBatch::address);
    if (node == open.end()) node = open.insert(node, {address});
    node->requests.push_back(request);
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
    batch.add(moved == moved_.end() ? NodeAddress{} : NodeAddress{moved->second}, {i});
  }
  for (; !batch.open.empty(); --batch.redirects_left)
    if (const auto asked = ask_nodes(batch, deadline); !asked) return asked;
  return {};
}

Result<Replies> Client::ask(std::span<const Command> commands, const Deadline& deadline) {
  Replies replies(commands.size());
  const auto command_at = [&](std::size_t index) { return commands[index]; };
  const auto keep = [&](std::size_t index, Reply reply) { replies[index] = std::move(reply); };
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
    Result<void> asked;
    while (asked && node_batch.answered < node_batch.requests.size())
      asked = exchange(*node->connection, node_batch, batch, deadline);
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
    const auto accepted = connection->send({}, deadline);
    listener_.ended(accepted ? "accepted" : accepted.error().what);
    if (!accepted) return Failed{accepted.error()};
  }
  ++connects_;
  ++topology_version_;
  return Node{address, std::move(connection)};
}

/// Sends the next requests, and hands their replies on.
Result<void> Client::exchange(Connection& connection, NodeBatch& node_batch, Batch& batch,
                              const Deadline& deadline) {
  const auto left = std::span<const Request>{node_batch.requests}.subspan(node_batch.answered);
  const auto requests = left.first(std::min(requests_at_once, left.size()));
  std::vector<Command> commands;
  commands.reserve(requests.size());
  for (const auto& request : requests) {
    if (request.asking) commands.push_back({"ASKING"});
    commands.push_back(batch.command_at(request.index));
  }
  if (const auto sent = connection.send(commands, deadline); !sent) return sent;
  for (const auto& request : requests) {
    // If ASKING is refused, its error is the reply to the command after it.
    Reply refused;
    if (request.asking) {
      auto accepted = connection.receive(deadline);
      if (!accepted) return Failed{accepted.error()};
      refused = std::move(*accepted);
    }
    // The caller may take long for each reply, while Redis is never late.
    if (Deadline::Steady::now() >= deadline.at)
      return Failed{Error{Failure::timeout, to_string(endpoint_) +
                                                ": not all answers were read within " +
                                                format_duration(deadline.limit)}};
    auto reply = connection.receive(deadline);
    if (!reply) return Failed{reply.error()};
    ++node_batch.answered;
    const bool is_refused = std::holds_alternative<ErrorReply>(refused);
    deliver(request, std::move(is_refused ? refused : *reply), connection.host(), batch);
  }
  return {};
}

/// Hands the reply to the caller of ask(), or follows its redirection.
void Client::deliver(const Request& request, Reply reply, const Host& from, Batch& batch) {
  const auto* error = std::get_if<ErrorReply>(&reply);
  const auto redirect = error != nullptr ? redirect_from(error->text, from) : std::nullopt;
  if (redirect) {
    ++topology_version_;
    if (!redirect->ask) moved_[key_of(batch.command_at(request.index))] = redirect->host;
    if (batch.redirects_left > 0) return batch.add(redirect->host, {request.index, redirect->ask});
  }
  batch.on_reply(request.index, std::move(reply));
}

}  // namespace heartbeat::redis
