#include "redis/socket.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <system_error>

#include "document/duration.hpp"

namespace heartbeat::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// With a negative `fd`, waits for the deadline or the cancelling alone.
Waited wait(int fd, short events, const Deadline& deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(deadline.at - steady_clock::now()).count();
    if (left <= 0) return Waited::timed_out;
    pollfd fds[2] = {{fd, events, 0}, {deadline.cancel, POLLIN, 0}};
    // An interrupted poll waits for what is left by then; any other failure
    // shows in the call that follows.
    const auto limit = std::min<std::int64_t>(left, std::numeric_limits<int>::max());
    const int n = poll(fds, 2, static_cast<int>(limit));
    if (n < 0 && errno != EINTR) return Waited::ready;
    if (n > 0 && fds[1].revents != 0) return Waited::cancelled;
    if (n > 0) return Waited::ready;
  }
}

/// 0, or the errno of the failure; ETIMEDOUT and ECANCELED for the deadline.
int connect_fd(int fd, const Address& address, const Deadline& deadline) {
  for (;;) {
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0)
      return 0;
    if (errno == EAGAIN) {  // a unix socket whose queue is full: there is nothing to poll for
      auto soon = deadline;
      soon.at = std::min(deadline.at, steady_clock::now() + milliseconds{10});
      if (wait(-1, 0, soon) == Waited::cancelled) return ECANCELED;
      if (steady_clock::now() >= deadline.at) return ETIMEDOUT;
      continue;
    }
    if (errno != EINPROGRESS && errno != EINTR) return errno;
    const auto waited = wait(fd, POLLOUT, deadline);
    if (waited == Waited::cancelled) return ECANCELED;
    if (waited == Waited::timed_out) return ETIMEDOUT;
    int error = 0;
    socklen_t length = sizeof error;
    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    return error;
  }
}

/// Rounded up to what people would have typed: part of the time went elsewhere.
std::string limit_text(milliseconds limit) {
  const auto ms = limit.count();
  const std::int64_t step = ms > 1000 ? 100 : ms > 100 ? 10 : 1;
  return format_duration(milliseconds{(ms + step - 1) / step * step});
}

ConnectError error_from(int error, const Deadline& deadline) {
  using Kind = ConnectError::Kind;
  if (error == ECANCELED) return {Kind::cancelled, "given up: stopping"};
  if (error == ETIMEDOUT)
    return {Kind::timed_out, "no connection within " + limit_text(deadline.limit)};
  const bool lacking = error == EAFNOSUPPORT || error == EADDRNOTAVAIL || error == ENETUNREACH;
  return {lacking ? Kind::lacking : Kind::refused, std::generic_category().message(error)};
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

tl::expected<Socket, ConnectError> connect(const Address& address, const Deadline& deadline) {
  Socket socket{::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  const int error = socket.fd() < 0 ? errno : connect_fd(socket.fd(), address, deadline);
  if (error != 0) return tl::unexpected{error_from(error, deadline)};
  const int on = 1;  // refused by a unix socket, which has no such delay
  setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

Waited wait_for(int fd, Readiness readiness, const Deadline& deadline) {
  return wait(fd, readiness == Readiness::readable ? POLLIN : POLLOUT, deadline);
}

}  // namespace heartbeat::redis
