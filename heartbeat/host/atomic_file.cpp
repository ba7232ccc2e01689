#include "host/atomic_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <tuple>

#include "host/descriptor.hpp"

namespace heartbeat {
namespace {

// The reader may run as another user.
constexpr mode_t readable = 0644;

// Locks the file where locks are supported. False: another process renamed or removed it before.
bool lock(const Descriptor& file, const char* name) {
  std::ignore = flock(file.number(), LOCK_EX);
  struct stat ours{};
  struct stat named{};
  return fstat(file.number(), &ours) == 0 && stat(name, &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

// Whether open() failed because the name belongs to another user's file, a link or a FIFO.
bool is_foreign_file(int error) { return error == EACCES || error == ELOOP || error == ENXIO; }

// Removes the file and keeps errno.
bool remove_keeping_errno(const char* name) {
  const int before = errno;
  const bool is_removed = unlink(name) == 0;
  errno = before;
  return is_removed;
}

// Opens an empty file that no other process uses. On failure, the descriptor is invalid.
Descriptor open_empty(const char* name) {
  constexpr int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  // Each failed attempt means that another process has replaced the file meanwhile.
  for (int attempts = 0; attempts < 1000; ++attempts) {
    Descriptor file{open(name, flags, readable)};
    if (!file && !(is_foreign_file(errno) && remove_keeping_errno(name))) return file;
    if (!file || !lock(file, name)) continue;
    struct stat found{};
    if (fstat(file.number(), &found) != 0) return Descriptor{};
    if (S_ISREG(found.st_mode) && found.st_nlink == 1 && found.st_uid == geteuid() &&
        fchmod(file.number(), readable) == 0 && ftruncate(file.number(), 0) == 0)
      return file;
    errno = EEXIST;
    if (!remove_keeping_errno(name)) return Descriptor{};
  }
  errno = EBUSY;
  return Descriptor{};
}

bool write_all(const Descriptor& file, std::string_view text) {
  while (!text.empty()) {
    const auto n = write(file.number(), text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

int AtomicFile::replace(std::string_view content) const noexcept {
  const auto file = open_empty(temporary_.c_str());
  if (file && write_all(file, content) && rename(temporary_.c_str(), path_.c_str()) == 0) return 0;
  const int error = errno;
  if (file) unlink(temporary_.c_str());
  return error;
}

}  // namespace heartbeat
