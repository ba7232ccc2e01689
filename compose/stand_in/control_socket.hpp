#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace stand_in {

/// Owns a descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_{fd} {}
  Descriptor(Descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

/// The address at which a service receives commands.
struct ControlAddress {
  sockaddr_un name{};
  socklen_t length = 0;
  std::string path;  ///< empty: an abstract socket, which leaves no file behind
  std::string text;  ///< for messages

  const sockaddr* generic() const noexcept { return reinterpret_cast<const sockaddr*>(&name); }
};

/// From STAND_IN_CONTROL, a path or `@name` for an abstract socket; by default the abstract socket
/// `@stand-in/SERVICE`. The error is a text for messages.
tl::expected<ControlAddress, std::string> control_address(const std::string& service);

/// A stream socket that closes on exec. The error is a text for messages.
tl::expected<Descriptor, std::string> unix_socket();

/// Reads to the end, a newline, 4096 bytes or the time limit; returns the text so far.
std::string read_line(int fd, std::chrono::milliseconds limit);

/// Sends all of a short text, without SIGPIPE.
bool send_line(int fd, std::string text);

}  // namespace stand_in
