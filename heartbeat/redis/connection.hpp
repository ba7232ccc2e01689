#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "redis/deadline.hpp"
#include "redis/dial.hpp"
#include "redis/endpoint.hpp"
#include "redis/failure.hpp"
#include "redis/redactor.hpp"
#include "redis/reply.hpp"

namespace heartbeat::redis {

using Command = std::vector<std::string_view>;
using Replies = std::vector<Reply>;

/// One connection to one Redis: the only part of the project that knows hiredis.
///
/// Every call is bounded by its deadline and leaves a failed connection to be
/// thrown away. No text that comes out holds a secret. Not thread-safe.
class Connection {
 public:
  /// AUTH and SELECT, where they are needed, go out together with the first ask().
  Connection(Line line, const Login& login, std::uint32_t database, Redactor redactor);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  /// Sends the commands and reads their answers: one round trip, or, of more than 256 commands,
  /// a steady stream of both. Each answer is
  /// taken when it comes, in the commands' order; an Error concerns those that are left. An
  /// error reply to AUTH or SELECT is an Error; one to a command is its Reply.
  /// With no commands, does just AUTH and SELECT.
  using Take = std::function<void(Reply)>;
  tl::expected<void, Error> ask(std::span<const Command> commands, const Deadline& deadline,
                                const Take& take);

  /// The same, all together.
  tl::expected<Replies, Error> ask(std::span<const Command> commands, const Deadline& deadline);

  /// Sends a command whose answers receive() takes: for subscriptions, which
  /// bring more than one.
  tl::expected<void, Error> tell(const Command& command, const Deadline& deadline);

  /// The next answer; nothing when none begins before `beginning`.
  tl::expected<std::optional<Reply>, Error> receive(const Deadline& beginning, const Deadline& end);

  /// The host at the other end; of a unix socket, without meaning.
  const Host& host() const noexcept;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heartbeat::redis
