#pragma once

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "redis/client.hpp"

/// A folder of its own under /tmp, gone with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    if (mkdtemp(path_) == nullptr) throw std::runtime_error{"no temporary folder"};
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path() const { return path_; }

 private:
  char path_[32] = "/tmp/heartbeat_test.XXXXXX";
};

/// A real redis-server on a unix socket, empty, without a port. It ends with its
/// owner, and with the thread that started it.
class RedisServer {
 public:
  /// `socket`: where to listen, if not in a folder of its own.
  explicit RedisServer(const std::vector<std::string>& options = {}, std::string socket = {})
      : socket_{socket.empty() ? folder_.path() + "/redis.sock" : std::move(socket)} {
    std::vector<std::string> words{
        "redis-server", "--port",       "0",         "--unixsocket",         socket_, "--save", "",
        "--dir",        folder_.path(), "--logfile", folder_.path() + "/log"};
    words.insert(words.end(), options.begin(), options.end());
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error{"cannot fork"};
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      setsid();  // no signal to the process group of the tests ends a SIGSTOP
      if (getppid() == parent) execvp(argv[0], argv.data());
      _exit(127);
    }
    wait_until_it_answers();
  }

  ~RedisServer() { stop(); }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  heartbeat::redis::Endpoint endpoint() const { return {.unix_path = socket_}; }

  pid_t pid() const { return pid_; }

  /// Kills it, once.
  void stop() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  void wait_until_it_answers() {
    namespace redis = heartbeat::redis;
    using namespace std::chrono_literals;
    const auto deadline = redis::Deadline::after(20s);
    std::string why;
    // A machine that stands still for longer, as virtual ones do, does not end it.
    for (int tries = 0; tries < 100 || std::chrono::steady_clock::now() < deadline.at; ++tries) {
      if (int status = 0; waitpid(pid_, &status, WNOHANG) == pid_) {
        pid_ = -1;
        throw std::runtime_error{"redis-server did not start: is it installed? (wait status " +
                                 std::to_string(status) + ")"};
      }
      const std::vector<redis::Command> ping{{"PING"}};
      const auto answer = redis::Client{endpoint()}.ask(ping, redis::Deadline::after(200ms));
      if (answer) return;
      why = answer.error().what;
      std::this_thread::sleep_for(5ms);
    }
    stop();
    throw std::runtime_error{"redis-server does not answer: " + why};
  }

  TemporaryFolder folder_;
  std::string socket_;
  pid_t pid_ = -1;
};
