#include "command/passed_stream.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "command/inherited.hpp"

namespace heartbeat::command {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// Between two reads of a stream that had no more to read.
constexpr auto read_pause = 1ms;

/// The kernel tells a part of it only.
constexpr int most_in_pseudoterminal = 128 * 1024;

bool is_temporary(int error) noexcept { return error == EAGAIN || error == EINTR; }

struct Ends {
  Descriptor ours{};
  Descriptor commands{};
};

Ends new_pipe() noexcept {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return {Descriptor{ends[0]}, Descriptor{ends[1]}};
}

/// With the settings of the terminal, but it leaves every byte as it is: the terminal itself gives
/// lines their ends.
Ends new_pseudoterminal(int terminal) noexcept {
  Descriptor ours{open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)};
  const int unlocked = 0;
  termios settings{};
  if (!ours || ioctl(ours.number(), TIOCSPTLCK, &unlocked) != 0 ||
      tcgetattr(terminal, &settings) != 0)
    return {};
  Descriptor commands{ioctl(ours.number(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC)};
  settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  if (!commands || tcsetattr(commands.number(), TCSANOW, &settings) != 0) return {};
  return {std::move(ours), std::move(commands)};
}

/// Where we write. A terminal may be stopped (^S): it must not keep us from anything else.
Descriptor own_descriptor_of(int number, bool is_terminal) noexcept {
  if (is_terminal) {
    Descriptor terminal{
        open(path_of_descriptor(number).c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)};
    if (terminal) return terminal;
  }
  return Descriptor{fcntl(number, F_DUPFD_CLOEXEC, STDERR_FILENO + 1)};
}

}  // namespace

PassedStream::PassedStream(int number) : is_terminal_{isatty(number) == 1} {
  auto ends = is_terminal_ ? new_pseudoterminal(number) : new_pipe();
  if (!ends.ours) ends = new_pipe();
  to_ = own_descriptor_of(number, is_terminal_);
  if (!ends.ours || !to_) return;
  from_ = std::move(ends.ours);
  command_ = std::move(ends.commands);
  resize();
}

pollfd PassedStream::awaited(steady_clock::time_point now) const noexcept {
  if (is_at_end()) return {-1, 0, 0};
  if (awaits_room_ || size_ > 0) return {to_.number(), POLLOUT, 0};
  if (now < reads_at_) return {-1, 0, 0};
  return {from_.number(), POLLIN, 0};
}

void PassedStream::pass_on(const std::function<void(std::string_view)>& take) {
  // First room, then the read: if we are killed, hardly anything is between them.
  pollfd room{to_.number(), POLLOUT, 0};
  awaits_room_ = poll(&room, 1, 0) != 1;
  if (awaits_room_) return;
  if (from_ && size_ < piece_.size()) {
    const auto wanted = piece_.size() - size_;
    const auto n = read(from_.number(), piece_.data() + size_, wanted);
    if (n > 0) {
      const auto added = static_cast<std::size_t>(n);
      if (take) take({piece_.data() + size_, added});
      if (added < wanted) reads_at_ = steady_clock::now() + read_pause;
      size_ += added;
    } else if (n == 0 || !is_temporary(errno)) {
      from_ = Descriptor{};
    }
  }
  if (size_ > 0 && !write_piece()) close();
  if (is_at_end()) close();
}

/// False: nobody reads it.
bool PassedStream::write_piece() noexcept {
  const auto line_end = size_ < piece_.size() ? std::string_view::npos : unwritten().rfind('\n');
  // Not more: a pipe with room takes that much without blocking.
  const auto n =
      write(to_.number(), piece_.data(), line_end == std::string_view::npos ? size_ : line_end + 1);
  if (n <= 0) return n == 0 || is_temporary(errno);
  const auto written = static_cast<std::size_t>(n);
  size_ -= written;
  owed_ -= std::min(written, owed_);
  std::memmove(piece_.data(), piece_.data() + written, size_);
  return true;
}

void PassedStream::close() noexcept {
  from_ = Descriptor{};
  to_ = Descriptor{};
  size_ = 0;
}

void PassedStream::command_has_ended() noexcept {
  int unread = most_in_pseudoterminal;
  if (!is_terminal_) ioctl(from_.number(), FIONREAD, &unread);
  owed_ = size_ + static_cast<std::size_t>(unread);
}

bool PassedStream::owes() const noexcept {
  pollfd readable{from_.number(), POLLIN, 0};
  return owed_ > 0 && (size_ > 0 || (from_ && poll(&readable, 1, 0) == 1));
}

void PassedStream::put_back(std::string_view unwritten) noexcept {
  size_ = std::min(unwritten.size(), piece_.size());
  std::memcpy(piece_.data(), unwritten.data(), size_);
}

bool PassedStream::resize() const noexcept {
  winsize has{};
  winsize gets{};
  if (!is_terminal_ || ioctl(from_.number(), TIOCGWINSZ, &has) != 0 ||
      ioctl(to_.number(), TIOCGWINSZ, &gets) != 0 || std::memcmp(&has, &gets, sizeof has) == 0)
    return false;
  return ioctl(from_.number(), TIOCSWINSZ, &gets) == 0;
}

}  // namespace heartbeat::command
