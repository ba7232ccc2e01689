#include "edge/destination.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "edge/output.hpp"

namespace probe {
namespace {

constexpr mode_t readable_by_all = 0644;  // a collector runs as another user

bool write_all(int file, std::string_view text) noexcept {
  while (!text.empty()) {
    const auto written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Destination::Destination(std::string file) : file_{std::move(file)} {
  // Two runs at a time must not share one; a collector reads only names that end in .prom.
  if (is_file()) temporary_ = fmt::format("{}.{}.tmp", file_, getpid());
}

bool Destination::deliver(std::string_view text) const noexcept {
  if (text.empty()) return true;
  if (!is_file()) {
    write_once(STDOUT_FILENO, text);
    return true;
  }
  const int file = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                        readable_by_all);
  if (file < 0) return false;
  const bool written = write_all(file, text) && fchmod(file, readable_by_all) == 0;
  const bool closed = close(file) == 0;
  if (written && closed && rename(temporary_.c_str(), file_.c_str()) == 0) return true;
  const int why = errno;
  unlink(temporary_.c_str());
  errno = why;
  return false;
}

}  // namespace probe
