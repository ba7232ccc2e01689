#pragma once

#include <cstddef>
#include <functional>
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

  /// Sends `count` commands, each made by `command_at` from its index, perhaps more than once; its
  /// words must live until the next one is made. Each call of receive() then returns one reply, in
  /// their order, and sends those after the first 512. All replies must be received before the next
  /// send(); until then, what `command_at` refers to must live. The first call also waits until
  /// AUTH and SELECT are accepted; a refusal is an Error. Without commands, it only logs in.
  using CommandAt = std::function<CommandWords(std::size_t)>;
  Result<void> send(std::size_t count, CommandAt command_at, const Deadline& deadline);

  /// The reply to the next command, until the next call; never null. An error reply is a Reply.
  Result<Reply*> receive(const Deadline& deadline);

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
  Result<Reply*> read_reply(const Deadline& deadline, std::string_view login_command = {});
  Failed failed(Error why);
  Error explained(const Error& why, std::string_view command, const Deadline& deadline) const;

  Transport transport_;
  Redactor redactor_;
  ReplyReader reader_;
  std::vector<LoginStep> login_steps_;  ///< not yet sent
  CommandAt command_at_{};
  std::size_t count_ = 0;     ///< of the commands
  std::size_t sent_ = 0;      ///< of them
  std::size_t received_ = 0;  ///< of their replies
  bool heard_ = false;        ///< a byte since the latest send()
  std::string last_error_{};  ///< the latest reply, if it was an error
  std::optional<Error> failure_{};
};

}  // namespace heartbeat::redis
