#include "host/atomic_file.hpp"

#include <fcntl.h>
#include <limits.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string_view>
#include <utility>

#include "host/descriptor.hpp"

namespace heartbeat {
namespace {

// The reader may run as another user.
constexpr mode_t readable = 0644;

// The path with a random suffix. Without memory from the heap: a signal handler uses it.
class TemporaryName {
 public:
  explicit TemporaryName(std::string_view path) noexcept {
    constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuv";
    constexpr std::string_view ending = ".tmp";
    constexpr std::size_t random_digits = 12;
    if (path.size() + random_digits + ending.size() + 2 > name_.size()) return;
    auto end = path.copy(name_.data(), path.size());
    name_[end++] = '.';
    auto number = random_number();
    for (std::size_t i = 0; i < random_digits; ++i, number /= digits.size())
      name_[end++] = digits[number % digits.size()];
    ending.copy(name_.data() + end, ending.size());
  }

  // Empty if the path is too long.
  const char* text() const noexcept { return name_.data(); }

 private:
  static std::uint64_t random_number() noexcept {
    std::uint64_t number = 0;
    if (getrandom(&number, sizeof number, GRND_NONBLOCK) > 0) return number;
    // Shortly after boot. The name is then only unlikely, and still never that of another file.
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_nsec) * static_cast<std::uint64_t>(getpid());
  }

  std::array<char, PATH_MAX> name_{};
};

// What rename() would replace, although its readers and writers have it open.
bool is_no_file(const char* path) noexcept {
  struct stat found{};
  return stat(path, &found) == 0 && !S_ISREG(found.st_mode) && !S_ISDIR(found.st_mode);
}

bool write_all(const Descriptor& file, std::string_view text) noexcept {
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
  if (is_no_file(path_.c_str())) return ENOTSUP;
  const TemporaryName temporary{path_};
  if (temporary.text()[0] == '\0') return ENAMETOOLONG;
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
  const Descriptor file{open(temporary.text(), flags, readable)};
  if (!file) return errno;
  if (fchmod(file.number(), readable) == 0 && write_all(file, content) &&
      rename(temporary.text(), path_.c_str()) == 0)
    return 0;
  const int error = errno;
  unlink(temporary.text());
  return error;
}

}  // namespace heartbeat
