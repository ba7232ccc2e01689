#include "redis/transport.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

#include "document/time.hpp"

namespace heartbeat::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* given_up = "given up: stopping";

/// With a negative `fd`, waits until the deadline. Returns 0, ETIMEDOUT or ECANCELED.
int wait(int fd, short events, const Deadline& deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline.at - steady_clock::now()).count();
    if (left <= 0) return ETIMEDOUT;
    pollfd fds[2] = {{fd, events, 0}, {deadline.cancel, POLLIN, 0}};
    // An interrupted poll is repeated. Any other failure appears in the next system call.
    const auto limit = std::min<std::int64_t>(left, std::numeric_limits<int>::max());
    const int n = poll(fds, 2, static_cast<int>(limit));
    if (n < 0 && errno != EINTR) return 0;
    if (n > 0) return fds[1].revents != 0 ? ECANCELED : 0;
  }
}

/// Returns 0, or the errno of the failure; ETIMEDOUT and ECANCELED for the deadline.
int connect_fd(int fd, const Address& address, const Deadline& deadline) {
  for (;;) {
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0)
      return 0;
    if (errno == EAGAIN) {  // a unix socket whose queue is full: there is nothing to poll for
      auto soon = deadline;
      soon.at = std::min(deadline.at, steady_clock::now() + milliseconds{10});
      if (wait(-1, 0, soon) == ECANCELED) return ECANCELED;
      if (steady_clock::now() >= deadline.at) return ETIMEDOUT;
      continue;
    }
    if (errno != EINPROGRESS && errno != EINTR) return errno;
    int error = wait(fd, POLLOUT, deadline);
    socklen_t length = sizeof error;
    if (error == 0) getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    return error;
  }
}

/// Rounds the limit up to a value that people write: earlier steps have used a part of the time.
std::string limit_text(milliseconds limit) {
  const auto ms = limit.count();
  const std::int64_t step = ms > 1000 ? 100 : ms > 100 ? 10 : 1;
  return format_duration(milliseconds{(ms + step - 1) / step * step});
}

ConnectError error_from(int error, const Deadline& deadline) {
  if (error == ECANCELED) return {Failure::timeout, given_up};
  if (error == ETIMEDOUT)
    return {Failure::timeout, "no connection within " + limit_text(deadline.limit)};
  const bool is_local = error == EAFNOSUPPORT || error == EADDRNOTAVAIL || error == ENETUNREACH;
  return {Failure::unreachable, std::generic_category().message(error), is_local};
}

Failed system_error() {
  return Failed{{Failure::unreachable, std::generic_category().message(errno)}};
}

class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(Descriptor socket) : socket_{std::move(socket)} {}

  Result<std::size_t> read(std::span<char> buffer, const Deadline& deadline) override {
    for (;;) {
      const auto n = recv(socket_.number(), buffer.data(), buffer.size(), 0);
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno == EINTR) continue;
      if (errno != EAGAIN) return system_error();
      if (const auto ready = wait_for(socket_, Readiness::readable, deadline); !ready)
        return Failed{ready.error()};
    }
  }

  Result<void> write(std::string_view bytes, const Deadline& deadline) override {
    while (!bytes.empty()) {
      const auto n = send(socket_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(n));
      } else if (errno == EAGAIN) {
        if (auto ready = wait_for(socket_, Readiness::writable, deadline); !ready) return ready;
      } else if (errno != EINTR) {
        return system_error();
      }
    }
    return {};
  }

 private:
  Descriptor socket_;
};

}  // namespace

tl::expected<Descriptor, ConnectError> connect(const Address& address, const Deadline& deadline) {
  Descriptor socket{
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  const int error = socket ? connect_fd(socket.number(), address, deadline) : errno;
  if (error != 0) return tl::unexpected{error_from(error, deadline)};
  const int on = 1;  // fails for a unix socket, which needs no such option
  setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

Result<void> wait_for(const Descriptor& socket, Readiness readiness, const Deadline& deadline) {
  const short events = readiness == Readiness::readable ? POLLIN : POLLOUT;
  const int error = wait(socket.number(), events, deadline);
  if (error == 0) return {};
  return Failed{{Failure::timeout, error == ECANCELED ? given_up : "no answer in time"}};
}

std::unique_ptr<ByteStream> plain_stream(Descriptor socket) {
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace heartbeat::redis
