#include "command/shell_line.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include "command/job.hpp"
#include "document/time.hpp"
#include "host/descriptor.hpp"

namespace heartbeat::command {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr char shell[] = "/bin/sh";
constexpr auto look_every = 20ms;  // for an end that closes no pipe
constexpr int reads_at_once = 16;

/// One stream of the output.
class OutputPipe {
 public:
  OutputPipe() {
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0)
      throw std::system_error{errno, std::generic_category(), "cannot make a pipe"};
    from_ = Descriptor{ends[0]};
    to_ = Descriptor{ends[1]};
    fcntl(from_.number(), F_SETFL, O_NONBLOCK);
  }

  int write_end() const noexcept { return to_.number(); }
  void close_write_end() noexcept { to_ = Descriptor{}; }
  pollfd awaited() const noexcept { return {from_.number(), POLLIN, 0}; }
  std::string last_line() const { return last_line_.text(); }

  /// Reads some of what has arrived: who writes without a pause must not hold us.
  void read_some() {
    std::array<char, 4096> piece;
    for (int i = 0; i < reads_at_once && from_; ++i) {
      const auto n = read(from_.number(), piece.data(), piece.size());
      if (n < 0) return;
      if (n == 0) from_ = Descriptor{};
      last_line_.add({piece.data(), static_cast<std::size_t>(n)});
    }
  }

 private:
  Descriptor from_{};
  Descriptor to_{};
  LastLine last_line_{};
};

/// What the process of the line gets from us.
class SpawnPlan {
 public:
  SpawnPlan(int output, int error) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files_, error, STDERR_FILENO);
    sigset_t ours;
    sigemptyset(&ours);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setsigmask(&attributes_, &ours);
    sigaddset(&ours, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes_, &ours);
    posix_spawnattr_setflags(
        &attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  pid_t start(const std::string& line) const {
    pid_t pid = -1;
    char* const words[] = {const_cast<char*>("sh"), const_cast<char*>("-c"),
                           const_cast<char*>(line.c_str()), nullptr};
    const int failure = posix_spawn(&pid, shell, &files_, &attributes_, words, environ);
    if (failure != 0)
      throw std::system_error{failure, std::generic_category(),
                              fmt::format("a test needs a shell; cannot run {}", shell)};
    return pid;
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

/// The processes of the line. Its first one is reaped last: until then no other can get its number.
class ShellGroup {
 public:
  ShellGroup(pid_t number, const Companion& companion) : number_{number}, companion_{companion} {
    companion_.guard(number_);
  }
  ~ShellGroup() {
    kill(-number_, SIGKILL);
    waitpid(number_, nullptr, __WNOTHREAD);
    companion_.release(number_);
  }
  ShellGroup(const ShellGroup&) = delete;
  ShellGroup& operator=(const ShellGroup&) = delete;

  /// How its first process ended, which stays a zombie.
  std::optional<JobEnd> ended() const noexcept {
    siginfo_t info{};
    if (waitid(P_PID, static_cast<id_t>(number_), &info,
               WEXITED | WNOHANG | WNOWAIT | __WNOTHREAD) != 0 ||
        info.si_pid == 0)
      return std::nullopt;
    JobEnd end;
    (info.si_code == CLD_EXITED ? end.exit_status : end.signal) = info.si_status;
    return end;
  }

 private:
  pid_t number_;
  const Companion& companion_;
};

}  // namespace

std::string why_it_fails(const std::string& line, milliseconds limit, int stop,
                         const Companion& companion) {
  const auto until = steady_clock::now() + limit;
  OutputPipe output;
  OutputPipe error;
  const ShellGroup group{SpawnPlan{output.write_end(), error.write_end()}.start(line), companion};
  output.close_write_end();
  error.close_write_end();
  const auto last_line = [&] {
    const auto text = error.last_line();
    return text.empty() ? output.last_line() : text;
  };
  for (;;) {
    const auto end = group.ended();
    output.read_some();
    error.read_some();
    if (end) {
      if (end->exit_status == 0 && end->signal == 0) return {};
      const auto text = last_line();
      return text.empty() ? how_it_ended(*end) : text;
    }
    const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
    if (left <= 0ms) {
      const auto text = last_line();
      return fmt::format("killed after {}{}{}", format_duration(limit), text.empty() ? "" : ": ",
                         text);
    }
    pollfd ready[] = {output.awaited(), error.awaited(), {stop, POLLIN, 0}};
    poll(ready, 3, static_cast<int>(std::min<milliseconds>(left, look_every).count()));
    if (ready[2].revents != 0) return "stopped";
  }
}

}  // namespace heartbeat::command
