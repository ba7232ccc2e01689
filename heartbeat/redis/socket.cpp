#include "redis/socket.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <system_error>

#include "document/duration.hpp"

namespace heartbeat::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Failed = tl::unexpected<Error>;

std::string text_of(int error) { return std::generic_category().message(error); }

template <typename T>
Address address_from(const T& specific) {
  Address address;
  std::memcpy(&address.storage, &specific, sizeof specific);
  address.length = sizeof specific;
  return address;
}

std::optional<Address> numeric(const std::string& host, std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return address_from(v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) return address_from(v6);
  return std::nullopt;
}

tl::expected<std::vector<Address>, Error> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  constexpr auto longest = sizeof address.sun_path - 1;
  if (path.size() > longest)
    return Failed{{Failure::unreachable, path + ": longer than the " + std::to_string(longest) +
                                             " bytes that the path of a unix socket may have"}};
  std::memcpy(address.sun_path, path.data(), path.size());
  return std::vector{address_from(address)};
}

tl::expected<std::vector<Address>, Error> looked_up(const Endpoint& endpoint) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const auto service = std::to_string(endpoint.port);
  const int error = getaddrinfo(endpoint.host.c_str(), service.c_str(), &hints, &list);
  if (error != 0) {
    const auto why = error == EAI_SYSTEM ? text_of(errno) : std::string{gai_strerror(error)};
    return Failed{{Failure::dns, "cannot resolve '" + endpoint.host + "': " + why}};
  }
  std::vector<Address> addresses;
  for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
    auto& address = addresses.emplace_back();
    address.length = std::min<socklen_t>(entry->ai_addrlen, sizeof address.storage);
    std::memcpy(&address.storage, entry->ai_addr, address.length);
  }
  freeaddrinfo(list);
  return addresses;
}

enum class Waited { ready, timed_out, cancelled };

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

Error cancelled(const std::string& where) {
  return {Failure::timeout, where + "given up: stopping"};
}

/// 0, or the errno of the failure; ETIMEDOUT and ECANCELED for the deadline.
int connect_one(int fd, const Address& address, const Deadline& deadline) {
  for (;;) {
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.length) == 0)
      return 0;
    if (errno == EAGAIN) {  // a unix socket whose queue is full: there is nothing to poll for
      const auto soon = std::min(deadline.at, steady_clock::now() + milliseconds{10});
      if (wait(-1, 0, {soon, deadline.cancel}) == Waited::cancelled) return ECANCELED;
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
std::string limit_text(steady_clock::duration d) {
  const auto ms = std::max(std::chrono::ceil<milliseconds>(d), milliseconds{0}).count();
  const std::int64_t step = ms > 1000 ? 100 : ms > 100 ? 10 : 1;
  return format_duration(milliseconds{(ms + step - 1) / step * step});
}

/// This machine has no such family, which says nothing about Redis.
bool is_our_own_lack(int error) {
  return error == EAFNOSUPPORT || error == EADDRNOTAVAIL || error == ENETUNREACH;
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) close(fd_);
}

tl::expected<std::vector<Address>, Error> resolve(const Endpoint& endpoint) {
  if (!endpoint.unix_path.empty()) return unix_address(endpoint.unix_path);
  if (const auto address = numeric(endpoint.host, endpoint.port)) return std::vector{*address};
  if (endpoint.host == "localhost") {  // an empty image has no /etc/hosts to say so
    std::vector<Address> both;
    for (const auto* host : {"127.0.0.1", "::1"})
      if (const auto address = numeric(host, endpoint.port)) both.push_back(*address);
    return both;
  }
  return looked_up(endpoint);
}

tl::expected<Socket, Error> connect(const std::vector<Address>& addresses, const Endpoint& endpoint,
                                    const Deadline& deadline) {
  const auto where = to_string(endpoint) + ": ";
  const auto begin = steady_clock::now();
  int failure = 0;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto now = steady_clock::now();
    const auto share = (deadline.at - now) / static_cast<std::int64_t>(addresses.size() - i);
    Socket socket{
        ::socket(addresses[i].storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    const int error = socket.fd() < 0
                          ? errno
                          : connect_one(socket.fd(), addresses[i], {now + share, deadline.cancel});
    if (error == ECANCELED) return Failed{cancelled(where)};
    if (error == 0) {
      const int on = 1;  // refused by a unix socket, which has no such delay
      setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return socket;
    }
    if (failure == 0 || !is_our_own_lack(error)) failure = error;
  }
  if (failure == 0) return Failed{{Failure::dns, where + "the host has no address"}};
  const auto end = std::min(steady_clock::now(), deadline.at);
  if (failure == ETIMEDOUT || end == deadline.at)
    return Failed{{Failure::timeout, where + "no connection within " + limit_text(end - begin)}};
  return Failed{{Failure::unreachable, where + text_of(failure)}};
}

tl::expected<void, Error> wait_for(int fd, Readiness readiness, const Deadline& deadline) {
  switch (wait(fd, readiness == Readiness::readable ? POLLIN : POLLOUT, deadline)) {
    case Waited::timed_out:
      return Failed{{Failure::timeout, "no answer in time"}};
    case Waited::cancelled:
      return Failed{cancelled("")};
    case Waited::ready:
      break;
  }
  return {};
}

}  // namespace heartbeat::redis
