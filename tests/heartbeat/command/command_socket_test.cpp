#include "command/command_socket.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <utility>

using namespace heartbeat::command;
using namespace std::chrono_literals;

namespace {

/// A child that does nothing until it is killed.
class IdleChild {
 public:
  IdleChild() : pid_{fork()} {
    if (pid_ != 0) return;
    for (;;) pause();
  }
  ~IdleChild() { end(); }
  IdleChild(const IdleChild&) = delete;
  IdleChild& operator=(const IdleChild&) = delete;

  pid_t pid() const { return pid_; }
  void end() {
    if (std::exchange(ended_, true)) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
  bool ended_ = false;
};

}  // namespace

TEST_CASE("a datagram comes with its sender") {
  CommandSocket socket;
  CHECK(socket.address().starts_with("@healthbeat-"));
  CHECK_FALSE(socket.receive());
  REQUIRE(send_datagram(socket.address(), "mark a\nmark b", 0ms) == 0);
  const auto datagram = socket.receive();
  REQUIRE(datagram);
  CHECK(datagram->text == "mark a\nmark b");
  CHECK(datagram->sender == getpid());
  CHECK(datagram->user == geteuid());
  CHECK_FALSE(datagram->is_cut);
  CHECK_FALSE(socket.receive());
}

TEST_CASE("a datagram that is too long is cut, and the next one is not") {
  CommandSocket socket;
  REQUIRE(send_datagram(socket.address(), std::string(max_datagram_bytes + 1, 'x'), 0ms) == 0);
  REQUIRE(send_datagram(socket.address(), std::string(max_datagram_bytes, 'x'), 0ms) == 0);
  REQUIRE(send_datagram(socket.address(), "", 0ms) == 0);
  CHECK(socket.receive().value().is_cut);
  CHECK_FALSE(socket.receive().value().is_cut);
  CHECK(socket.receive().value().text.empty());
}

TEST_CASE("a descriptor that comes with a datagram is closed") {
  CommandSocket socket;
  int ends[2] = {-1, -1};
  REQUIRE(pipe(ends) == 0);
  REQUIRE(send_datagram(socket.address(), "BARRIER=1", 0ms, ends[1]) == 0);
  close(ends[1]);
  REQUIRE(socket.receive().value().text == "BARRIER=1");
  char byte = 0;
  CHECK(read(ends[0], &byte, 1) == 0);  // would hang if the other end were open
  close(ends[0]);
}

TEST_CASE("a sender does not wait when there is no room, and learns it") {
  CommandSocket socket;
  int error = 0;
  for (int i = 0; i < 100'000 && error == 0; ++i)
    error = send_datagram(socket.address(), "mark a", 0ms);
  CHECK(error == EAGAIN);
  while (socket.receive()) {
  }
  CHECK(send_datagram(socket.address(), "mark a", 0ms) == 0);
}

TEST_CASE("an address that is none") {
  for (const auto* address : {"", "@", "/", "vsock:2:1234", "relative", "/nowhere/socket"})
    CHECK_MESSAGE(send_datagram(address, "mark a", 0ms) != 0, address);
  CHECK(send_datagram("@" + std::string(108, 'x'), "mark a", 0ms) == EINVAL);
}

TEST_CASE("descendants may tell, whatever their user is, and others may not") {
  Senders senders;
  const auto ours = geteuid();
  const uid_t other = 12'345;
  IdleChild child;
  CHECK(senders.may_tell(child.pid(), other));
  CHECK_FALSE(senders.may_tell(getpid(), ours));
  CHECK_FALSE(senders.may_tell(getppid(), ours));
  CHECK_FALSE(senders.may_tell(1, 0));
  CHECK_FALSE(senders.may_tell(0, ours));  // of a PID namespace that we do not see
}

TEST_CASE("of a sender that has ended only the user is known") {
  IdleChild child;
  child.end();
  Senders senders;
  CHECK(senders.may_tell(child.pid(), geteuid()));
  senders.forget();
  CHECK(senders.may_tell(child.pid(), 0));
  senders.forget();
  CHECK_FALSE(senders.may_tell(child.pid(), 12'345));
}

TEST_CASE("an orphan of the command is still a descendant") {
  Senders senders;
  int ends[2] = {-1, -1};
  REQUIRE(pipe(ends) == 0);
  const auto child = fork();
  if (child == 0) {
    const auto orphan = fork();
    if (orphan == 0)
      for (;;) pause();
    [[maybe_unused]] const auto told = write(ends[1], &orphan, sizeof orphan);
    _exit(0);
  }
  pid_t orphan = 0;
  REQUIRE(read(ends[0], &orphan, sizeof orphan) == sizeof orphan);
  REQUIRE(waitpid(child, nullptr, 0) == child);
  CHECK(senders.may_tell(orphan, 12'345));
  kill(orphan, SIGKILL);
  CHECK(waitpid(orphan, nullptr, 0) == orphan);
  close(ends[0]);
  close(ends[1]);
}
