#include "beat/document_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

namespace heartbeat {
namespace {

// Another user's probe may read it, whatever the host's umask.
constexpr mode_t readable = 0644;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) noexcept : number_{number} {}
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  Descriptor& operator=(Descriptor&&) = delete;

  explicit operator bool() const noexcept { return number_ >= 0; }
  int number() const noexcept { return number_; }

 private:
  int number_;
};

// The file of that name, locked. A lock that the file system does not know is none.
// False: another process renamed or removed the file before it could be locked.
bool lock(const Descriptor& file, const std::string& name) {
  std::ignore = flock(file.number(), LOCK_EX);
  struct stat ours{};
  struct stat named{};
  return fstat(file.number(), &ours) == 0 && stat(name.c_str(), &named) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

// Whether open() failed for what stands there: another user's file, a link, a FIFO.
bool is_something_else(int error) { return error == EACCES || error == ELOOP || error == ENXIO; }

// Leaves errno alone.
bool removed(const std::string& name) {
  const int why = errno;
  const bool gone = unlink(name.c_str()) == 0;
  errno = why;
  return gone;
}

// Empty and ours alone; none, and errno says why. Something else of that name, such
// as what a process of another user left, is removed.
Descriptor open_empty(const std::string& name) {
  constexpr int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  // Every try but the last is one in which the other process got its document through.
  for (int tries = 0; tries < 1000; ++tries) {
    Descriptor file{open(name.c_str(), flags, readable)};
    if (!file && !(is_something_else(errno) && removed(name))) return file;
    if (!file || !lock(file, name)) continue;
    struct stat found{};
    if (fstat(file.number(), &found) != 0) return Descriptor{};
    if (S_ISREG(found.st_mode) && found.st_nlink == 1 && fchmod(file.number(), readable) == 0 &&
        ftruncate(file.number(), 0) == 0)
      return file;
    errno = EEXIST;
    if (!removed(name)) return Descriptor{};
  }
  errno = EBUSY;
  return Descriptor{};
}

bool write_all(const Descriptor& file, std::string_view text) {
  while (!text.empty()) {
    const auto n = ::write(file.number(), text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

tl::expected<void, std::string> DocumentFile::write(std::string_view document) const {
  const auto file = open_empty(temporary_);
  if (file && write_all(file, document) && rename(temporary_.c_str(), path_.c_str()) == 0)
    return {};
  const int why = errno;
  if (file) unlink(temporary_.c_str());
  return tl::unexpected{"cannot write " + path_ + ": " + std::generic_category().message(why)};
}

}  // namespace heartbeat
