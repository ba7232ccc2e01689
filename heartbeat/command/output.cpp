#include "command/output.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace heartbeat::command {
namespace {

constexpr off_t tail_bytes = 4096;

struct stat status_of(int descriptor) noexcept {
  struct stat status{};
  if (fstat(descriptor, &status) != 0) status = {};
  return status;
}

/// Where a pipe before it makes no difference.
bool can_be_piped(const struct stat& error) noexcept {
  return S_ISFIFO(error.st_mode) || S_ISSOCK(error.st_mode) ||
         (S_ISCHR(error.st_mode) && error.st_rdev == makedev(1, 3));
}

bool is_same(const struct stat& a, const struct stat& b) noexcept {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool is_temporary(int error) noexcept { return error == EAGAIN || error == EINTR; }

}  // namespace

Output::Output(const Inherited& inherited) {
  if (inherited.closed[STDERR_FILENO]) return;
  const auto error = status_of(STDERR_FILENO);
  if (S_ISREG(error.st_mode)) file_began_ = error.st_size;
  int ends[2] = {-1, -1};
  if (!can_be_piped(error) || pipe2(ends, O_CLOEXEC) != 0) return;
  from_ = Descriptor{ends[0]};
  to_ = Descriptor{ends[1]};
  fcntl(from_.number(), F_SETFL, O_NONBLOCK);
  with_stdout_ = !S_ISCHR(error.st_mode) && !inherited.closed[STDOUT_FILENO] &&
                 is_same(error, status_of(STDOUT_FILENO));
}

void Output::become_standard() const noexcept {
  if (!to_) return;
  dup2(to_.number(), STDERR_FILENO);
  if (with_stdout_) dup2(to_.number(), STDOUT_FILENO);
}

pollfd Output::awaited() const noexcept {
  const bool room = awaits_room_ || size_ > 0;
  if (is_at_end()) return {-1, 0, 0};
  return {room ? STDERR_FILENO : from_.number(), static_cast<short>(room ? POLLOUT : POLLIN), 0};
}

bool Output::pass_on() {
  // First room, then the read: if we are killed, hardly anything is between them.
  pollfd room{STDERR_FILENO, POLLOUT, 0};
  awaits_room_ = poll(&room, 1, 0) != 1;
  if (awaits_room_) return true;
  if (from_ && size_ < piece_.size()) {
    const auto n = read(from_.number(), piece_.data() + size_, piece_.size() - size_);
    if (n == 0 || (n < 0 && !is_temporary(errno))) from_ = Descriptor{};
    if (n > 0) {
      last_line_.add({piece_.data() + size_, static_cast<std::size_t>(n)});
      size_ += static_cast<std::size_t>(n);
    }
  }
  if (size_ == 0) return true;
  const auto line_end = size_ < piece_.size() ? std::string_view::npos : unwritten().rfind('\n');
  // Not more: a pipe with room takes that much without blocking.
  const auto n = write(STDERR_FILENO, piece_.data(),
                       line_end == std::string_view::npos ? size_ : line_end + 1);
  if (n > 0) {
    size_ -= static_cast<std::size_t>(n);
    std::memmove(piece_.data(), piece_.data() + n, size_);
    return true;
  }
  if (n == 0 || is_temporary(errno)) return true;
  from_ = Descriptor{};
  size_ = 0;
  return false;
}

void Output::put_back(std::string_view unwritten) noexcept {
  size_ = std::min(unwritten.size(), piece_.size());
  std::memcpy(piece_.data(), unwritten.data(), size_);
}

void Output::pass_on_to_the_end() {
  while (!is_at_end()) {
    auto wanted = awaited();
    poll(&wanted, 1, -1);
    pass_on();
  }
}

std::string Output::last_line() {
  if (file_began_ >= 0) add_last_line_of_file();
  return last_line_.text();
}

void Output::add_last_line_of_file() {
  const Descriptor file{open("/proc/self/fd/2", O_RDONLY | O_CLOEXEC)};
  const auto size = file ? status_of(file.number()).st_size : 0;
  const auto from = std::max(file_began_, size - tail_bytes);
  std::array<char, tail_bytes> tail;
  const auto n = from < size ? pread(file.number(), tail.data(), tail.size(), from) : 0;
  if (n > 0) last_line_.add({tail.data(), static_cast<std::size_t>(n)});
}

}  // namespace heartbeat::command
