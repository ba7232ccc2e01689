#include "command/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "document/text.hpp"

namespace heartbeat::command {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

/// Who signals each process of a control group is done with all of them by then.
constexpr auto group_signal_time = 50ms;

/// Between two looks at what is not passed on yet.
constexpr auto owed_pause = 100ms;

/// Faults and limits of our own, and stops while we use the terminal, stay as they are.
sigset_t signals_to_take() noexcept {
  sigset_t taken;
  sigfillset(&taken);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGXCPU,
                           SIGXFSZ, SIGTTIN, SIGTTOU})
    sigdelset(&taken, signal);
  return taken;
}

Descriptor take_all_signals() noexcept {
  const auto taken = signals_to_take();
  sigprocmask(SIG_BLOCK, &taken, nullptr);
  signal(SIGCHLD, SIG_DFL);  // if it were ignored, we would not learn how the command ended
  return Descriptor{signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK)};
}

int milliseconds_until(steady_clock::time_point when) {
  const auto left = std::chrono::ceil<milliseconds>(when - steady_clock::now()).count();
  return static_cast<int>(std::max<long>(left, 0));
}

}  // namespace

Child::Child(std::span<const char* const> command, const Inherited& inherited, TakeOutput take)
    : output_{inherited, std::move(take)},
      signals_{take_all_signals()},
      companion_{inherited, output_},
      has_terminal_{Descriptor{open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)} && getpid() != 1} {
  start(command, inherited);
  output_.close_command_ends();
  inherited.let_go();
}

void Child::start(std::span<const char* const> command, const Inherited& inherited) {
  std::vector<char*> words;
  for (const char* word : command) words.push_back(const_cast<char*>(word));
  words.push_back(nullptr);
  // This process waits until the command runs, and its memory is shared until then, not copied:
  // half a millisecond less, and `why` can be set there. posix_spawnp() would not run a script
  // without a line that names its interpreter.
  volatile int why = 0;
  // NOLINTNEXTLINE(bugprone-unsafe-functions,clang-analyzer-security.insecureAPI.vfork)
  pid_ = vfork();
  if (pid_ == 0) {
    output_.become_standard();
    inherited.restore();
    execvp(words[0], words.data());
    why = errno;
    _exit(127);
  }
  if (pid_ < 0) why = errno;
  if (why == 0) return;
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
  ended_ = JobEnd{
      .exit_status = why == ENOENT ? 127 : 126,
      .start_failure = fmt::format("cannot run '{}': {}", printable(command[0], max_shown_bytes),
                                   std::generic_category().message(why))};
}

void Child::reap() {
  int status = 0;
  // Also the companion, and the orphans that process 1 gets, but no child of another thread.
  constexpr int which = WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, which)) > 0;) {
    if (pid != pid_) continue;
    if (WIFCONTINUED(status)) suspended_ = false;
    if (WIFEXITED(status)) ended_ = JobEnd{.exit_status = WEXITSTATUS(status)};
    if (WIFSIGNALED(status)) ended_ = JobEnd{.signal = WTERMSIG(status)};
    if (WIFSTOPPED(status)) stop_with_it();
  }
}

void Child::stop_with_it() {
  suspended_ = true;
  if (!has_terminal_) return;  // the beats go on, and say so
  take_signals();
  pass_signals_on();
  output_.pass_on_what_is_there();
  kill(getpid(), SIGSTOP);  // so that the shell takes the terminal back
}

void Child::take_signals() {
  signalfd_siginfo info{};
  while (read(signals_.number(), &info, sizeof info) == sizeof info) {
    const auto signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGCHLD) continue;
    // The command may have asked its pseudoterminal already.
    if (signal == SIGWINCH && output_.resize() && !ended_) kill(pid_, SIGWINCH);
    if (taken_.empty()) pass_on_at_ = steady_clock::now() + group_signal_time;
    taken_.push_back({.signal = signal, .is_from_kernel = info.ssi_code > 0});
  }
}

void Child::pass_signals_on() {
  if (taken_.empty()) return;
  const auto in_group = companion_.take_signals();
  for (const auto& [signal, is_from_kernel] : std::exchange(taken_, {}))
    // Without a companion: the kernel's own, such as ^C, go to the whole group.
    if (in_group ? (*in_group >> signal & 1) == 0 : !is_from_kernel) kill(pid_, signal);
}

bool Child::is_asked_to_end() {
  reap();
  take_signals();
  for (const auto& [signal, is_from_kernel] : std::exchange(taken_, {}))
    asked_to_end_ |= signal == SIGTERM || signal == SIGINT || signal == SIGHUP || signal == SIGQUIT;
  return asked_to_end_;
}

void Child::pass_on(std::span<const pollfd> ready) {
  for (std::size_t i = 0; i < ready.size(); ++i)
    if (ready[i].revents != 0 && !output_.pass_on(i)) companion_.close_output(i);
}

void Child::wait_until(steady_clock::time_point when, const Attendant& attendant) {
  for (bool had_ended = false;; had_ended = ended_.has_value()) {
    if (!ended_) reap();
    // After its end: what it has written and we have not passed on, without a pause.
    const auto now = ended_ ? steady_clock::time_point::max() : steady_clock::now();
    const bool wait = !ended_ || output_.has_unwritten();
    auto wake = taken_.empty() ? when : std::min(when, pass_on_at_);
    if (!ended_) wake = std::min(wake, output_.wakes_at(now));
    pollfd ready[] = {{signals_.number(), POLLIN, 0},
                      {attendant.descriptor, POLLIN, 0},
                      output_.awaited(0, now),
                      output_.awaited(1, now)};
    poll(ready, std::size(ready), wait ? milliseconds_until(wake) : 0);
    if (ready[0].revents != 0) take_signals();
    if (!ended_ && !taken_.empty() && steady_clock::now() >= pass_on_at_) pass_signals_on();
    if (ready[1].revents != 0) attendant.ready();
    pass_on(std::span{ready}.subspan(2));
    const auto after = steady_clock::now();
    if (!ended_) output_.look_at_files(after);
    const bool is_over = after >= when;
    if (is_over && !ended_) return;
    const bool had_something = std::ranges::any_of(std::span{ready}.subspan(1),
                                                   [](auto& one) { return one.revents != 0; });
    if (had_ended && (is_over || !had_something)) break;
  }
  taken_.clear();  // what killed the command does not ask us not to write its result
  output_.command_has_ended();
  ended_->last_line = output_.last_line();
}

bool Child::pass_on_once(steady_clock::time_point when, int descriptor) {
  constexpr auto without_pause = steady_clock::time_point::max();
  pollfd ready[] = {{descriptor, POLLIN, 0},
                    {signals_.number(), POLLIN, 0},
                    output_.awaited(0, without_pause),
                    output_.awaited(1, without_pause)};
  poll(ready, std::size(ready), milliseconds_until(when));
  pass_on(std::span{ready}.subspan(2));
  return ready[0].revents != 0;
}

void Child::linger_until(steady_clock::time_point when, int descriptor) {
  while (!is_asked_to_end() && steady_clock::now() < when && !pass_on_once(when, descriptor))
    continue;
}

void Child::exit_alike() {
  while (output_.owes() && !is_asked_to_end()) pass_on_once(steady_clock::now() + owed_pause, -1);
  companion_.leave(output_);
  const auto end = ended_.value_or(JobEnd{});
  if (end.signal != 0) {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);  // the command has left its own
    signal(end.signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    kill(getpid(), end.signal);
    _exit(128 + end.signal);
  }
  _exit(end.exit_status);
}

}  // namespace heartbeat::command
