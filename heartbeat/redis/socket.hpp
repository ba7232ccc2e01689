#pragma once

#include <optional>
#include <tl/expected.hpp>
#include <utility>

#include "redis/deadline.hpp"
#include "redis/failure.hpp"
#include "redis/resolver.hpp"

namespace heartbeat::redis {

/// A connected, non-blocking, close-on-exec stream socket. Owns its descriptor.
class Socket {
 public:
  explicit Socket(int fd) noexcept : fd_{fd} {}
  Socket(Socket&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Socket();
  int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

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

/// Connects to one address.
tl::expected<Socket, ConnectError> connect(const Address& address, const Deadline& deadline);

enum class Readiness { readable, writable };
enum class Waited { ready, timed_out, cancelled };

/// Waits until the socket is ready.
Waited wait_for(int fd, Readiness readiness, const Deadline& deadline);

}  // namespace heartbeat::redis
