#pragma once

#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "host/descriptor.hpp"
#include "redis/deadline.hpp"
#include "redis/failure.hpp"
#include "redis/resolve.hpp"
#include "redis/transport.hpp"

namespace heartbeat::redis {

/// Why there is no connection to an address.
struct ConnectError {
  enum class Kind {
    refused,    ///< by the peer, or by the network
    lacking,    ///< this machine has no such family or route: says nothing about Redis
    timed_out,  ///< the deadline passed
    cancelled,
  };
  Kind kind;
  std::string what;  ///< `Connection refused`, `no connection within 500ms`
};

/// Connects to one address. The socket is non-blocking and close-on-exec.
tl::expected<Descriptor, ConnectError> connect(const Address& address, const Deadline& deadline);

enum class Readiness { readable, writable };

/// Waits until the socket is ready.
tl::expected<void, Error> wait_for(const Descriptor& socket, Readiness readiness,
                                   const Deadline& deadline);

/// Never raises SIGPIPE.
std::unique_ptr<ByteStream> plain_stream(Descriptor socket);

}  // namespace heartbeat::redis
