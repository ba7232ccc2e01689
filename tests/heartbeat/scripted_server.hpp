#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include "redis_server.hpp"

/// Takes one connection on a unix socket and says what it was told to, whatever
/// it is asked. The connection must end before the server does.
class ScriptedServer {
 public:
  enum class Then { close, stay };
  /// `hear_first`: waits for the first bytes of the client before it speaks.
  struct Script {
    std::string says;
    Then then = Then::stay;
    bool hear_first = true;
    std::chrono::milliseconds pause_per_byte{0};
  };

  explicit ScriptedServer(Script script) : script_{std::move(script)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto path = endpoint().unix_path;
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
    listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, 1) != 0)
      throw std::runtime_error{"cannot listen"};
    thread_ = std::thread{[this] { serve(); }};
  }
  ~ScriptedServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  heartbeat::redis::Endpoint endpoint() const { return {.unix_path = folder_.path() + "/s"}; }

 private:
  void serve() {
    const int client = accept(listener_, nullptr, nullptr);
    char heard[4096];
    if (script_.hear_first && recv(client, heard, sizeof heard, 0) <= 0) script_.says.clear();
    const std::size_t step = script_.pause_per_byte.count() > 0 ? 1 : 64 * 1024;
    for (std::string_view left = script_.says; !left.empty();) {
      std::this_thread::sleep_for(script_.pause_per_byte);
      const auto n = send(client, left.data(), std::min(step, left.size()), MSG_NOSIGNAL);
      if (n <= 0) break;
      left.remove_prefix(static_cast<std::size_t>(n));
    }
    if (script_.then == Then::stay)
      while (recv(client, heard, sizeof heard, 0) > 0) continue;
    close(client);
  }

  TemporaryFolder folder_;
  Script script_;
  int listener_ = -1;
  std::thread thread_;
};
