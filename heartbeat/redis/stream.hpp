#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <tl/expected.hpp>

#include "redis/deadline.hpp"
#include "redis/failure.hpp"
#include "redis/socket.hpp"

namespace heartbeat::redis {

/// Bytes to and from one peer, plain or encrypted. Every call is bounded by its
/// deadline. An error's text has no peer in it: the caller knows whom it asked.
class Stream {
 public:
  virtual ~Stream() = default;

  /// Waits for bytes and takes what is there; 0: the peer has closed.
  virtual tl::expected<std::size_t, Error> read(std::span<char> buffer,
                                                const Deadline& deadline) = 0;

  /// Sends all of it.
  virtual tl::expected<void, Error> write(std::string_view bytes, const Deadline& deadline) = 0;
};

/// Never raises SIGPIPE.
std::unique_ptr<Stream> plain_stream(Socket socket);

/// The error of a wait that did not end in readiness.
Error not_ready(Waited waited);

}  // namespace heartbeat::redis
