#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redis/deadline.hpp"
#include "redis/endpoint.hpp"
#include "redis/error.hpp"
#include "redis/resp.hpp"
#include "redis/transport.hpp"

namespace heartbeat::redis {

/// One connection. After a failure, every call fails with the same error. Not thread-safe.
class Connection {
 public:
  /// Sends nothing. The first send() also sends AUTH and SELECT, if they are needed.
  Connection(Transport transport, const Login& login, std::uint32_t database, Redactor redactor);

  /// Sends the commands; each call of receive() then returns one reply, in their order, and sends
  /// those after the first 256. The commands must live until their replies are received, and all
  /// replies must be received before the next send(). The first call also waits until AUTH and
  /// SELECT are accepted; a refusal is an Error. Without commands, it only logs in.
  Result<void> send(std::span<const Command> commands, const Deadline& deadline);

  /// The reply to the next command. An error reply is a Reply.
  Result<Reply> receive(const Deadline& deadline);

  Result<Replies> ask(std::span<const Command> commands, const Deadline& deadline);

  /// Whether the peer has ended it before the first byte of an answer since the latest send().
  bool ended_unanswered() const noexcept {
    return failure_ && failure_->failure == Failure::unreachable && !heard_;
  }

  /// The host of the peer; unspecified for a unix socket.
  const Host& host() const noexcept { return transport_.host; }

 private:
  struct LoginStep {
    std::vector<std::string> words;
    std::string label;
  };

  static std::vector<LoginStep> login_steps(const Login& login, std::uint32_t database);
  Result<void> send_some(std::string bytes, const Deadline& deadline);
  Result<void> finish_login(const Deadline& deadline);
  Result<Reply> read_reply(std::string_view command, const Deadline& deadline);
  Failed failed(Error why);
  Error explained(const Error& why, std::string_view command, const Deadline& deadline) const;

  Transport transport_;
  Redactor redactor_;
  ReplyReader reader_;
  std::vector<LoginStep> login_steps_;  ///< not yet sent
  std::span<const Command> commands_{};
  std::size_t sent_ = 0;      ///< of the commands
  std::size_t received_ = 0;  ///< of their replies
  bool heard_ = false;        ///< a byte since the latest send()
  std::string last_error_{};  ///< the latest reply, if it was an error
  std::optional<Error> failure_{};
};

}  // namespace heartbeat::redis
