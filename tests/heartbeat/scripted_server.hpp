#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "redis_server.hpp"

/// Takes connections on a unix socket, one after another, and says on each what it was told to,
/// whatever it is asked. They must end before the server does.
class ScriptedServer {
 public:
  /// `close_when_asked`: hears once more, says the last words and closes.
  enum class Then { close, stay, close_when_asked };
  /// `hear_first`: waits for the first bytes of the client before it speaks.
  struct Script {
    std::string says;
    Then then = Then::stay;
    bool hear_first = true;
    std::chrono::milliseconds pause_per_byte{0};
    std::string last_words{};
  };

  explicit ScriptedServer(Script script) : ScriptedServer{std::vector<Script>{std::move(script)}} {}

  /// A script for each connection.
  explicit ScriptedServer(std::vector<Script> scripts) : scripts_{std::move(scripts)} {
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

  int connections() const { return connections_; }

 private:
  void serve() {
    for (auto& script : scripts_) {
      const int client = accept(listener_, nullptr, nullptr);
      if (client < 0) return;
      ++connections_;
      play(script, client);
      close(client);
    }
  }

  static void play(Script& script, int client) {
    char heard[4096];
    if (script.hear_first && recv(client, heard, sizeof heard, 0) <= 0) script.says.clear();
    const std::size_t step = script.pause_per_byte.count() > 0 ? 1 : 64 * 1024;
    for (std::string_view left = script.says; !left.empty();) {
      std::this_thread::sleep_for(script.pause_per_byte);
      const auto n = send(client, left.data(), std::min(step, left.size()), MSG_NOSIGNAL);
      if (n <= 0) break;
      left.remove_prefix(static_cast<std::size_t>(n));
    }
    if (script.then == Then::stay)
      while (recv(client, heard, sizeof heard, 0) > 0) continue;
    if (script.then == Then::close_when_asked && recv(client, heard, sizeof heard, 0) > 0)
      send(client, script.last_words.data(), script.last_words.size(), MSG_NOSIGNAL);
  }

  TemporaryFolder folder_;
  std::vector<Script> scripts_;
  std::atomic<int> connections_{0};
  int listener_ = -1;
  std::thread thread_;
};
