#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "redis/deadline.hpp"
#include "redis/endpoint.hpp"
#include "redis/error.hpp"
#include "redis/redactor.hpp"
#include "redis/resp.hpp"
#include "redis/transport.hpp"

namespace heartbeat::redis {

/// One connection to one Redis.
///
/// Every call is bounded by its deadline. After a failure, every later call fails with the same
/// error. No returned text holds a secret. Not thread-safe.
class Connection {
 public:
  /// Sends nothing. The first send() also sends AUTH and SELECT, if they are needed.
  Connection(Transport transport, const Login& login, std::uint32_t database, Redactor redactor);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Sends the commands; each call of receive() then returns one reply, in the order of the
  /// commands. If there are more than 256 commands, receive() sends the rest. The commands must
  /// live until their replies are received, and all replies must be received before the next
  /// send(). The first call also waits until AUTH and SELECT are accepted; a refusal is an Error.
  /// Without commands, the first call only logs in.
  tl::expected<void, Error> send(std::span<const Command> commands, const Deadline& deadline);

  /// The reply to the next command. An error reply is a Reply.
  tl::expected<Reply, Error> receive(const Deadline& deadline);

  /// Sends the commands and receives all replies.
  tl::expected<Replies, Error> ask(std::span<const Command> commands, const Deadline& deadline);

  /// The host of the peer; unspecified for a unix socket.
  const Host& host() const noexcept { return transport_.host; }

 private:
  /// A command of the login, and its name in error messages.
  struct LoginStep {
    std::vector<std::string> words;
    std::string label;
  };

  static std::vector<LoginStep> login_steps(const Login& login, std::uint32_t database);
  tl::expected<void, Error> send_some(std::string bytes, const Deadline& deadline);
  tl::expected<void, Error> finish_login(const Deadline& deadline);
  tl::expected<Reply, Error> read_reply(std::string_view command, const Deadline& deadline);
  tl::unexpected<Error> failed(Error why);
  Error explained(const Error& why, std::string_view command, const Deadline& deadline) const;

  Transport transport_;
  Redactor redactor_;
  ReplyReader reader_;
  std::vector<LoginStep> login_steps_;  ///< not yet sent
  std::span<const Command> commands_{};
  std::size_t sent_ = 0;      ///< of the commands
  std::size_t received_ = 0;  ///< of their replies
  std::string last_error_{};  ///< the latest reply, if it was an error
  std::optional<Error> failure_{};
};

}  // namespace heartbeat::redis
