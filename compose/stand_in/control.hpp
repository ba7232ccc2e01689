#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <tl/expected.hpp>

#include "stand_in/control_socket.hpp"

namespace stand_in {

/// What a command came to. On the wire: `ok TEXT` or `error TEXT`, one line.
struct Reply {
  bool ok = true;
  std::string text;
};

/// Takes orders from outside, on a thread of its own: it works while the main
/// loop hangs.
class Control {
 public:
  /// Called for each line, from the control thread.
  using Answer = std::function<Reply(std::string_view line)>;

  /// A socket file whose owner is gone is replaced. The error says why there will
  /// be no control: another process has it, or the path is no good.
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

/// The other end: sends one line to the service at `address` and waits two
/// seconds at most.
Reply ask(const ControlAddress& address, const std::string& line);

}  // namespace stand_in
