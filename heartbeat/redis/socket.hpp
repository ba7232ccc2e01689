#pragma once

#include <sys/socket.h>

#include <chrono>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "redis/endpoint.hpp"
#include "redis/failure.hpp"

namespace heartbeat::redis {

/// Until when a call may take, and what may end it early.
struct Deadline {
  std::chrono::steady_clock::time_point at;
  /// A descriptor that becomes readable when the call should be given up; -1: none.
  int cancel = -1;

  static Deadline after(std::chrono::steady_clock::duration d, int cancel = -1) {
    return {std::chrono::steady_clock::now() + d, cancel};
  }
};

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
  /// Hands the descriptor to the caller.
  int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

/// All addresses of the endpoint. A numeric host, "localhost" and a unix socket
/// need no lookup; a name may block for as long as the resolver likes, which no
/// deadline can shorten.
tl::expected<std::vector<Address>, Error> resolve(const Endpoint& endpoint);

/// Connects to the first address that answers; each gets its share of what is
/// left of the time. The error speaks of the last address tried.
tl::expected<Socket, Error> connect(const std::vector<Address>& addresses, const Endpoint& endpoint,
                                    const Deadline& deadline);

enum class Readiness { readable, writable };

/// Waits until the socket is ready; the error is a timeout.
tl::expected<void, Error> wait_for(int fd, Readiness readiness, const Deadline& deadline);

}  // namespace heartbeat::redis
