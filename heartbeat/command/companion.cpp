#include "command/companion.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <string>
#include <string_view>

namespace heartbeat::command {
namespace {

constexpr int answer_ms = 1000;
constexpr char process_name[] = "beat-companion";

// Messages: the first byte says which.
constexpr char signals = 's';
// A byte that says which stream comes after these; after that of `rest` what was read and not
// written.
constexpr char close_output_now = 'c';
constexpr char rest = 'r';
// A number of a process group comes after these.
constexpr char guard_group = 'g';
constexpr char release_group = 'l';

std::uint64_t take_pending() noexcept {
  sigset_t all;
  sigfillset(&all);
  std::uint64_t taken = 0;
  const timespec at_once{};
  siginfo_t info;
  for (int signal = 0; (signal = sigtimedwait(&all, &info, &at_once)) > 0;)
    if (signal < 64) taken |= std::uint64_t{1} << signal;
  return taken;
}

/// Who ends processes by the name or the arguments of healthbeat does not mean this one: it must
/// not take such a signal for one of the group.
void rename_process(std::span<char* const> arguments) noexcept {
  const auto first = std::strlen(arguments[0]);
  prctl(PR_SET_NAME, process_name);
  for (char* argument : arguments) std::memset(argument, 0, std::strlen(argument));
  std::ranges::copy(std::string_view{process_name}.substr(0, first), arguments[0]);
}

[[noreturn]] void serve(int socket, Output& output) {
  std::array<char, 2 + PIPE_BUF> message;
  std::set<pid_t> guarded;
  const auto group = [&message] {
    pid_t number = 0;
    std::memcpy(&number, message.data() + 1, sizeof number);
    return number;
  };
  const auto stream = [&message] { return static_cast<std::size_t>(message[1]); };
  // Until this process has ended.
  for (ssize_t n = 0; (n = recv(socket, message.data(), message.size(), 0)) > 0;) {
    if (message[0] == signals) {
      const auto taken = take_pending();
      send(socket, &taken, sizeof taken, MSG_NOSIGNAL);
    } else if (message[0] == close_output_now) {
      output.close(stream());
    } else if (message[0] == guard_group) {
      guarded.insert(group());
    } else if (message[0] == release_group) {
      guarded.erase(group());
    } else {
      output.put_back(stream(), {message.data() + 2, static_cast<std::size_t>(n - 2)});
    }
  }
  for (const pid_t left : guarded) kill(-left, SIGKILL);
  output.pass_on_to_the_end();
  _exit(0);
}

}  // namespace

Companion::Companion(const Inherited& inherited, Output& output) {
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return;
  pid_ = fork();
  if (pid_ == 0) {
    close(ends[0]);
    inherited.let_go();
    output.close_command_ends();
    output.forget_take();
    close(STDERR_FILENO);
    const auto kept = output.descriptors();
    // Such as the command's socket: who sends to it learns that this process has ended.
    for (const int number : open_descriptors())
      if (number != ends[1] && std::ranges::find(kept, number) == kept.end()) close(number);
    rename_process(inherited.arguments);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, nullptr);
    serve(ends[1], output);
  }
  close(ends[1]);
  socket_ = Descriptor{ends[0]};
  if (pid_ < 0) socket_ = Descriptor{};
}

std::optional<std::uint64_t> Companion::take_signals() {
  std::uint64_t taken = 0;
  while (recv(socket_.number(), &taken, sizeof taken, MSG_DONTWAIT) > 0) continue;  // late answers
  pollfd answered{socket_.number(), POLLIN, 0};
  if (send(socket_.number(), &signals, 1, MSG_NOSIGNAL) != 1 ||
      poll(&answered, 1, answer_ms) != 1 ||
      recv(socket_.number(), &taken, sizeof taken, 0) != sizeof taken)
    return std::nullopt;
  return taken;
}

void Companion::guard(pid_t group) const noexcept { tell(guard_group, group); }
void Companion::release(pid_t group) const noexcept { tell(release_group, group); }

void Companion::tell(char what, pid_t group) const noexcept {
  std::array<char, 1 + sizeof group> message{what};
  std::memcpy(message.data() + 1, &group, sizeof group);
  send(socket_.number(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Companion::close_output(std::size_t stream) noexcept {
  const char message[] = {close_output_now, static_cast<char>(stream)};
  send(socket_.number(), message, sizeof message, MSG_NOSIGNAL);
}

void Companion::leave(const Output& output) {
  if (pid_ < 0) return;
  if (output.is_at_end()) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    return;
  }
  for (std::size_t stream = 0; stream < Output::streams; ++stream) {
    const auto message =
        std::string{rest, static_cast<char>(stream)}.append(output.unwritten(stream));
    send(socket_.number(), message.data(), message.size(), MSG_NOSIGNAL);
  }
}

}  // namespace heartbeat::command
