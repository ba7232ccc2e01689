#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <tl/expected.hpp>

#include "stand_in/control_socket.hpp"

namespace stand_in {

/// The result of a command. On the wire: `ok TEXT` or `error TEXT`, one line.
struct Reply {
  bool ok = true;
  std::string text;
};

/// Receives commands on a separate thread: it works while the main loop hangs.
class Control {
 public:
  /// Called for each line, from the control thread.
  using Answer = std::function<Reply(std::string_view line)>;

  /// Replaces a socket file whose owner is gone. The error states why it cannot listen: another
  /// process uses the address, or the path is not usable.
  static tl::expected<Descriptor, std::string> listen(const ControlAddress& address);

  Control(Descriptor listener, ControlAddress address, Answer answer);
  ~Control();
  Control(const Control&) = delete;
  Control& operator=(const Control&) = delete;

 private:
  void serve() const;

  Descriptor listener_;
  ControlAddress address_;
  Answer answer_;
  std::thread thread_;
};

/// Sends one line to the service at `address`. Waits two seconds at most for the reply.
Reply ask(const ControlAddress& address, const std::string& line);

}  // namespace stand_in
