#include "watch/terminal.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <initializer_list>

#include "process/process.hpp"

namespace probe {
namespace {

// The alternate screen, no cursor, no line wrap.
constexpr std::string_view enter_sequence = "\x1b[?1049h\x1b[?25l\x1b[?7l";
// The cursor goes to the last row: without an alternate screen the prompt comes below the table.
constexpr std::string_view leave_sequence = "\x1b[?7h\x1b[?25h\x1b[999H\r\n\x1b[?1049l";

}  // namespace

void Terminal::take() noexcept {
  if (descriptor_ < 0) {
    has_attributes_ = tcgetattr(STDOUT_FILENO, &before_) == 0;
    // A second descriptor: O_NONBLOCK on stdout itself would also apply to the shell.
    descriptor_ = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor_ < 0) descriptor_ = STDOUT_FILENO;
  }
  if (has_attributes_) {
    auto ours = before_;
    ours.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    ours.c_iflag &= ~static_cast<tcflag_t>(IXON);  // after Ctrl-S the table would show old states
    ours.c_cc[VMIN] = 1;
    ours.c_cc[VTIME] = 0;
    tcsetattr(STDOUT_FILENO, TCSANOW, &ours);
  }
  if (!taken_) send(enter_sequence);
  taken_ = true;
}

void Terminal::leave() noexcept {
  if (!taken_) return;
  taken_ = false;
  send(leave_sequence);
  if (!has_attributes_) return;
  tcflush(STDOUT_FILENO, TCIFLUSH);  // the shell must not get keys that were not read
  tcsetattr(STDOUT_FILENO, TCSANOW, &before_);
}

Terminal::Size Terminal::size() const noexcept {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    return {80, 24};
  return {size.ws_col, size.ws_row};
}

std::string Terminal::frame(std::string_view lines) {
  std::string out = "\x1b[H";  // home
  for (const char c : lines) {
    if (c == '\n') out += "\x1b[K\r";  // erases the rest of the line
    out += c;
  }
  return out += "\x1b[K\x1b[J";  // and the rest of the screen
}

void Terminal::send(std::string_view sequence) const noexcept { write_once(descriptor_, sequence); }

int block_signals() noexcept {
  sigset_t handled;
  sigemptyset(&handled);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH}) {
    struct sigaction action{};
    sigaction(number, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&handled, number);
  }
  pthread_sigmask(SIG_BLOCK, &handled, nullptr);
  return signalfd(-1, &handled, SFD_CLOEXEC | SFD_NONBLOCK);
}

int next_signal(int descriptor) noexcept {
  signalfd_siginfo info{};
  return read(descriptor, &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
}

void stop_by_signal() noexcept {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  raise(SIGTSTP);
  pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);  // the process stops here
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
}

}  // namespace probe
