#include "command/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "document/text.hpp"

namespace heartbeat::command {
namespace {

constexpr std::array changed_dispositions{SIGPIPE, SIGCHLD};
constexpr off_t tail_bytes = 4096;

/// Faults of our own, and stops while we use the terminal, stay as they are.
sigset_t signals_to_take() noexcept {
  sigset_t taken;
  sigfillset(&taken);
  for (const int signal :
       {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGTTIN, SIGTTOU})
    sigdelset(&taken, signal);
  return taken;
}

struct stat status_of(int descriptor) noexcept {
  struct stat status{};
  if (fstat(descriptor, &status) != 0) status = {};
  return status;
}

/// Where the command's standard error can be read on its way without a difference to it.
bool passes_through_us(const struct stat& error) noexcept {
  return S_ISFIFO(error.st_mode) || S_ISSOCK(error.st_mode) ||
         (S_ISCHR(error.st_mode) && error.st_rdev == makedev(1, 3));
}

bool is_same(const struct stat& a, const struct stat& b) noexcept {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// Copies what still arrives, to the end. In a process of its own.
[[noreturn]] void pass_on_to_the_end(int from, std::string_view pending) noexcept {
  fcntl(from, F_SETFL, 0);
  char bytes[PIPE_BUF];
  for (;;) {
    while (!pending.empty()) {
      pollfd ready{STDERR_FILENO, POLLOUT, 0};
      poll(&ready, 1, -1);
      const auto written = write(STDERR_FILENO, pending.data(), pending.size());
      if (written < 0 && errno != EINTR && errno != EAGAIN) _exit(0);
      pending.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    const auto n = read(from, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) _exit(0);
    pending = {bytes, static_cast<std::size_t>(n)};
  }
}

/// In the child. Returns only if the command cannot be run.
void run_command(std::span<const char* const> command, const Inherited& inherited) noexcept {
  for (std::size_t i = 0; i < changed_dispositions.size(); ++i)
    signal(changed_dispositions[i], inherited.ignored[i] ? SIG_IGN : SIG_DFL);
  for (std::size_t i = 0; i < inherited.closed.size(); ++i)
    if (inherited.closed[i]) close(static_cast<int>(i));
  sigprocmask(SIG_SETMASK, &inherited.blocked, nullptr);
  std::vector<char*> words;
  for (const char* word : command) words.push_back(const_cast<char*>(word));
  words.push_back(nullptr);
  execvp(words[0], words.data());
}

}  // namespace

Inherited::Inherited() noexcept {
  sigprocmask(SIG_SETMASK, nullptr, &blocked);
  for (std::size_t i = 0; i < changed_dispositions.size(); ++i) {
    struct sigaction action{};
    ignored[i] =
        sigaction(changed_dispositions[i], nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
  }
  for (std::size_t i = 0; i < closed.size(); ++i)
    closed[i] = fcntl(static_cast<int>(i), F_GETFD) == -1;
}

Child::Child(std::span<const char* const> command, const Inherited& inherited) {
  const auto taken = signals_to_take();
  sigprocmask(SIG_BLOCK, &taken, nullptr);
  signal(SIGCHLD, SIG_DFL);  // if it were ignored, we would not learn how the command ended
  signals_ = Descriptor{signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK)};
  has_terminal_ = Descriptor{open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)} && getpid() != 1;
  start(command, inherited);
}

void Child::start(std::span<const char* const> command, const Inherited& inherited) {
  const auto error = status_of(STDERR_FILENO);
  int failure[2] = {-1, -1};
  int output[2] = {-1, -1};
  const bool with_pipe =
      !inherited.closed[STDERR_FILENO] && passes_through_us(error) && pipe2(output, O_CLOEXEC) == 0;
  const bool with_stdout = with_pipe && !S_ISCHR(error.st_mode) &&
                           !inherited.closed[STDOUT_FILENO] &&
                           is_same(error, status_of(STDOUT_FILENO));
  if (S_ISREG(error.st_mode)) file_began_ = error.st_size;
  [[maybe_unused]] const int piped = pipe2(failure, O_CLOEXEC);
  pid_ = fork();
  if (pid_ == 0) {
    if (with_pipe) dup2(output[1], STDERR_FILENO);
    if (with_stdout) dup2(output[1], STDOUT_FILENO);
    run_command(command, inherited);
    const int why = errno;
    [[maybe_unused]] const auto told = write(failure[1], &why, sizeof why);
    _exit(127);
  }
  int why = pid_ < 0 ? errno : 0;
  close(failure[1]);
  const Descriptor told{failure[0]};
  if (pid_ > 0 && read(failure[0], &why, sizeof why) != sizeof why) why = 0;
  if (with_pipe) {
    close(output[1]);
    output_ = Descriptor{output[0]};
    fcntl(output[0], F_SETFL, O_NONBLOCK);
    output_ended_ = false;
  }
  if (why == 0) return;
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
  ended_ = JobEnd{
      .exit_status = why == ENOENT ? 127 : 126,
      .start_failure = fmt::format("cannot run '{}': {}", printable(command[0], max_shown_bytes),
                                   std::generic_category().message(why))};
}

void Child::reap() {
  int status = 0;
  // Also the orphans that process 1 gets.
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0;) {
    if (pid != pid_) continue;
    if (WIFCONTINUED(status)) suspended_ = false;
    if (WIFEXITED(status)) ended_ = JobEnd{.exit_status = WEXITSTATUS(status)};
    if (WIFSIGNALED(status)) ended_ = JobEnd{.signal = WTERMSIG(status)};
    if (!WIFSTOPPED(status)) continue;
    suspended_ = true;
    const int by = WSTOPSIG(status);
    if (has_terminal_ && (by == SIGTSTP || by == SIGTTIN || by == SIGTTOU)) {
      kill(getpid(), SIGSTOP);  // so that the shell takes the terminal back
      kill(pid_, SIGCONT);
    }
  }
}

void Child::take_signals() {
  signalfd_siginfo info{};
  while (read(signals_.number(), &info, sizeof info) == sizeof info) {
    const auto signal = static_cast<int>(info.ssi_signo);
    if (ended_)
      asked_to_end_ |=
          signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT;
    // The kernel's own, such as ^C, went to the whole process group.
    else if (info.ssi_code <= 0 && signal != SIGCHLD)
      kill(pid_, signal);
  }
}

bool Child::is_asked_to_end() {
  reap();
  take_signals();
  return asked_to_end_;
}

void Child::pass_output_on() {
  if (pending_.empty()) {
    pending_.resize(PIPE_BUF);
    const auto n = read(output_.number(), pending_.data(), pending_.size());
    pending_.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    output_ended_ = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
    last_line_.add(pending_);
    return;
  }
  const auto n = write(STDERR_FILENO, pending_.data(), pending_.size());
  if (n > 0) pending_.erase(0, static_cast<std::size_t>(n));
  if (n >= 0 || errno == EAGAIN || errno == EINTR) return;
  output_ended_ = true;  // nobody reads it: the command learns it as without us
  pending_.clear();
  output_ = Descriptor{};
}

void Child::read_last_line_of_file() {
  const Descriptor file{open("/proc/self/fd/2", O_RDONLY | O_CLOEXEC)};
  const auto size = file ? status_of(file.number()).st_size : 0;
  const auto from = std::max(file_began_, size - tail_bytes);
  std::string tail(tail_bytes, '\0');
  const auto n = from < size ? pread(file.number(), tail.data(), tail.size(), from) : 0;
  last_line_.add(
      std::string_view{tail}.substr(0, static_cast<std::size_t>(std::max<ssize_t>(n, 0))));
}

void Child::wait_until(std::chrono::steady_clock::time_point when) {
  while (true) {
    const bool had_ended = ended_.has_value();
    if (!had_ended) reap();
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(when - std::chrono::steady_clock::now());
    // After its end: what it has written and we have not passed on.
    const int wait =
        ended_ && pending_.empty() ? 0 : static_cast<int>(std::max<long>(left.count(), 0));
    pollfd ready[] = {{signals_.number(), POLLIN, 0},
                      {output_ended_      ? -1
                       : pending_.empty() ? output_.number()
                                          : STDERR_FILENO,
                       static_cast<short>(pending_.empty() ? POLLIN : POLLOUT), 0}};
    const int count = poll(ready, 2, wait);
    if (ready[0].revents != 0) take_signals();
    if (ready[1].revents != 0) pass_output_on();
    if (count > 0 && (!had_ended || ready[1].revents != 0)) continue;
    if (count < 0 && errno == EINTR) continue;
    if (had_ended || left.count() <= 0) break;
  }
  if (!ended_) return;
  if (file_began_ >= 0) read_last_line_of_file();
  ended_->last_line = last_line_.text();
}

void Child::exit_alike() noexcept {
  if ((!output_ended_ || !pending_.empty()) && fork() == 0)
    pass_on_to_the_end(output_.number(), pending_);
  if (ended_->signal != 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);  // the command has left its own
    signal(ended_->signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    kill(getpid(), ended_->signal);
    _exit(128 + ended_->signal);
  }
  _exit(ended_->exit_status);
}

}  // namespace heartbeat::command
