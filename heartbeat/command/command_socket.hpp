#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "command/messages.hpp"
#include "host/descriptor.hpp"

/// The unix datagram socket through which a command tells of itself.
namespace heartbeat::command {

/// A datagram, and who sent it by what the kernel says.
struct Datagram {
  std::string_view text{};  ///< valid until the next one is received
  pid_t sender = 0;
  uid_t user = 0;
  bool is_cut = false;
};

/// Has an abstract address, so nothing of it is left behind, however this process ends.
class CommandSocket {
 public:
  /// Throws std::system_error.
  CommandSocket();

  /// As in $NOTIFY_SOCKET: `@` and a name.
  const std::string& address() const noexcept { return address_; }
  /// Becomes readable when a datagram has arrived.
  int number() const noexcept { return socket_.number(); }

  /// The next datagram, if one has arrived. Closes the descriptors that come with it.
  std::optional<Datagram> receive() noexcept;

 private:
  Descriptor socket_{};
  std::string address_{};
  std::array<char, max_datagram_bytes> text_{};
};

/// Who may tell: the descendants of this process, whatever their user is.
class Senders {
 public:
  /// From now on orphaned descendants stay descendants.
  Senders() noexcept;

  /// A process that has ended already is believed if its user is ours, or root.
  bool may_tell(pid_t sender, uid_t user);

  /// A number of a process may mean another one after some seconds.
  void forget() noexcept { known_.clear(); }

 private:
  std::map<pid_t, bool> known_;
};

/// Sends a datagram to a unix socket, as in $NOTIFY_SOCKET; waits so long for room. The receiver
/// gets the descriptor too, if one is given. Returns 0 or the errno.
int send_datagram(std::string_view address, std::string_view text,
                  std::chrono::milliseconds patience, int descriptor = -1) noexcept;

}  // namespace heartbeat::command
