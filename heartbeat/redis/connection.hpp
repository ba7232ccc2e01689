#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "redis/endpoint.hpp"
#include "redis/failure.hpp"
#include "redis/socket.hpp"

namespace heartbeat::redis {

using Command = std::vector<std::string_view>;

struct ErrorReply {
  std::string text;
};
struct Nil {};
/// One answer. Arrays do not occur among the answers to our commands.
using Reply = std::variant<Nil, std::int64_t, std::string, ErrorReply>;

/// One connection to one Redis: the only part of the project that knows hiredis.
///
/// Every call is bounded by its deadline, raises no SIGPIPE in a thread that
/// blocks it, and leaves a failed connection to be thrown away. Not thread-safe.
class Connection {
 public:
  /// Takes over a connected socket. AUTH and SELECT, where the endpoint needs
  /// them, go out together with the first ask().
  Connection(Socket socket, const Endpoint& endpoint);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  /// Sends the commands in one go and reads their answers: one round trip. An
  /// error reply to AUTH or SELECT is an Error; one to a command is its Reply.
  /// With no commands, does just AUTH and SELECT.
  tl::expected<std::vector<Reply>, Error> ask(std::span<const Command> commands,
                                              const Deadline& deadline);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heartbeat::redis
