#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "host/descriptor.hpp"
#include "redis/deadline.hpp"
#include "redis/endpoint.hpp"
#include "redis/error.hpp"
#include "redis/resolve.hpp"

namespace heartbeat::redis {

/// Bytes to and from one peer, plain or encrypted. Errors do not name the peer.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Waits for bytes and reads those that have arrived. Returns 0 if the peer has closed.
  virtual Result<std::size_t> read(std::span<char> buffer, const Deadline& deadline) = 0;

  virtual Result<void> write(std::string_view bytes, const Deadline& deadline) = 0;
};

struct Transport {
  std::unique_ptr<ByteStream> stream;
  Host host{};                ///< unspecified for a unix socket
  std::string where;          ///< for messages: `redis:6379` or `/run/redis.sock`
  bool may_want_tls = false;  ///< not encrypted, over a network
};

struct ConnectError {
  Failure failure{};      ///< unreachable; timeout, also for a cancelled call
  std::string what{};     ///< `Connection refused`, `no connection within 500ms`
  bool is_local = false;  ///< this machine lacks the address family or the route
};

/// Connects to one address. The socket is non-blocking and close-on-exec.
tl::expected<Descriptor, ConnectError> connect(const Address& address, const Deadline& deadline);

enum class Readiness { readable, writable };

Result<void> wait_for(const Descriptor& socket, Readiness readiness, const Deadline& deadline);

/// A stream that is not encrypted. Never raises SIGPIPE.
std::unique_ptr<ByteStream> plain_stream(Descriptor socket);

}  // namespace heartbeat::redis
