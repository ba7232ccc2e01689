#include "command/command_socket.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <random>
#include <system_error>

#include "host/host.hpp"

namespace heartbeat::command {
namespace {

/// The kernel lets no more come with one datagram: SCM_MAX_FD.
constexpr std::size_t max_descriptors = 253;
constexpr std::size_t max_known_senders = 256;
constexpr int max_generations = 1024;

struct UnixAddress {
  sockaddr_un address{};
  socklen_t size = 0;  ///< 0: the text is no address
};

UnixAddress unix_address(std::string_view text) noexcept {
  UnixAddress unix;
  if (text.size() < 2 || text.size() >= sizeof unix.address.sun_path ||
      (text.front() != '@' && text.front() != '/'))
    return unix;
  unix.address.sun_family = AF_UNIX;
  text.copy(unix.address.sun_path, text.size());
  if (text.front() == '@') unix.address.sun_path[0] = '\0';
  unix.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size());
  return unix;
}

const sockaddr* generic(const UnixAddress& unix) noexcept {
  return reinterpret_cast<const sockaddr*>(&unix.address);
}

void close_all(const cmsghdr* rights) noexcept {
  const auto* next = CMSG_DATA(rights);
  for (auto bytes = rights->cmsg_len - CMSG_LEN(0); bytes >= sizeof(int); bytes -= sizeof(int)) {
    int descriptor = -1;
    std::memcpy(&descriptor, next, sizeof descriptor);
    close(descriptor);
    next += sizeof descriptor;
  }
}

/// Nothing: the process has ended. 0 is one that this PID namespace does not have.
std::optional<bool> is_descendant(std::int64_t process) {
  auto ancestor = process;
  for (int i = 0; i < max_generations && ancestor > 1; ++i) {
    const auto parent = parent_of(ancestor);
    if (!parent && ancestor == process) return std::nullopt;
    // One that has ended meanwhile has left its children to another one: begin again.
    ancestor = parent.value_or(process);
    if (ancestor == getpid()) return true;
  }
  return false;
}

std::string new_address() {
  std::random_device random;
  return fmt::format("@healthbeat-{}-{:08x}{:08x}", getpid(), random(), random());
}

}  // namespace

CommandSocket::CommandSocket()
    : socket_{socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)},
      address_{new_address()} {
  const auto unix = unix_address(address_);
  const int on = 1;
  if (!socket_ || setsockopt(number(), SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
      bind(number(), generic(unix), unix.size) != 0)
    throw std::system_error{errno, std::generic_category(), "no socket for the command"};
}

std::optional<Datagram> CommandSocket::receive() noexcept {
  alignas(cmsghdr)
      std::array<char, CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(max_descriptors * sizeof(int))>
          control;
  iovec bytes{.iov_base = text_.data(), .iov_len = text_.size()};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto size = recvmsg(number(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (size < 0) return std::nullopt;
  Datagram datagram{.text = {text_.data(), static_cast<std::size_t>(size)},
                    .is_cut = (message.msg_flags & MSG_TRUNC) != 0};
  for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET) continue;
    if (part->cmsg_type == SCM_RIGHTS) close_all(part);
    if (part->cmsg_type == SCM_CREDENTIALS) {
      ucred who{};
      std::memcpy(&who, CMSG_DATA(part), sizeof who);
      datagram.sender = who.pid;
      datagram.user = who.uid;
    }
  }
  return datagram;
}

Senders::Senders() noexcept { prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

bool Senders::may_tell(pid_t sender, uid_t user) {
  if (const auto known = known_.find(sender); known != known_.end()) return known->second;
  const bool may = is_descendant(sender).value_or(user == geteuid() || user == 0);
  if (known_.size() >= max_known_senders) known_.clear();
  known_.emplace(sender, may);
  return may;
}

int send_datagram(std::string_view address, std::string_view text,
                  std::chrono::milliseconds patience, int descriptor) noexcept {
  const auto unix = unix_address(address);
  if (unix.size == 0) return EINVAL;
  const Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  if (!socket) return errno;
  const auto wait = std::chrono::duration_cast<std::chrono::microseconds>(patience).count();
  const timeval limit{.tv_sec = wait / 1'000'000, .tv_usec = wait % 1'000'000};
  setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  auto to = unix.address;
  iovec bytes{.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = unix.size;
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  if (descriptor >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
  }
  return sendmsg(socket.number(), &message, MSG_NOSIGNAL | (wait == 0 ? MSG_DONTWAIT : 0)) < 0
             ? errno
             : 0;
}

}  // namespace heartbeat::command
