#include "stand_in/control_socket.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace stand_in {

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

tl::expected<ControlAddress, std::string> control_address(const std::string& service) {
  const char* set = std::getenv("STAND_IN_CONTROL");
  if (service.empty() && !(set && *set))
    return tl::unexpected<std::string>("HEARTBEAT_SERVICE names no service");
  ControlAddress address;
  address.text = set && *set ? set : "@stand-in/" + service;

  auto& path = address.name.sun_path;
  if (address.text.size() >= sizeof path)
    return tl::unexpected(fmt::format("STAND_IN_CONTROL has {} bytes; at most {} are accepted",
                                      address.text.size(), sizeof path - 1));
  address.name.sun_family = AF_UNIX;
  std::copy(address.text.begin(), address.text.end(), path);
  address.length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address.text.size());
  if (address.text.starts_with('@')) {
    path[0] = '\0';
  } else {
    address.path = address.text;
    ++address.length;
  }
  return address;
}

tl::expected<Descriptor, std::string> unix_socket() {
  Descriptor fd{socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (fd.get() < 0) return tl::unexpected(fmt::format("no socket: {}", std::strerror(errno)));
  return fd;
}

std::string read_line(int fd, std::chrono::milliseconds limit) {
  using namespace std::chrono;
  constexpr std::size_t most = 4096;
  const auto end = steady_clock::now() + limit;

  std::string line;
  while (line.size() < most && line.find('\n') == std::string::npos) {
    const auto left = ceil<milliseconds>(end - steady_clock::now()).count();
    pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
    if (left <= 0 || poll(&waiting, 1, static_cast<int>(left)) <= 0) break;
    std::array<char, 512> part;
    const auto n = recv(fd, part.data(), part.size(), 0);
    if (n <= 0) break;
    line.append(part.data(), static_cast<std::size_t>(n));
  }
  return line.substr(0, line.find('\n'));
}

bool send_line(int fd, std::string text) {
  text += '\n';
  return send(fd, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

}  // namespace stand_in
