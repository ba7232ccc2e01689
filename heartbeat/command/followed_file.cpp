#include "command/followed_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "command/inherited.hpp"

namespace heartbeat::command {
namespace {

constexpr int pieces_at_once = 256;

off_t size_of(int number) noexcept {
  struct stat status{};
  return fstat(number, &status) == 0 ? status.st_size : 0;
}

}  // namespace

FollowedFile::FollowedFile(int number)
    : file_{open(path_of_descriptor(number).c_str(), O_RDONLY | O_CLOEXEC)} {
  const bool appends = (fcntl(number, F_GETFL) & O_APPEND) != 0;
  at_ = appends ? size_of(number) : std::max<off_t>(lseek(number, 0, SEEK_CUR), 0);
}

bool FollowedFile::read_growth(const std::function<void(std::string_view)>& take) {
  if (size_of(file_.number()) < at_) at_ = 0;  // emptied, such as by logrotate
  std::array<char, std::size_t{16} * 1024> piece;
  for (int i = 0; i < pieces_at_once; ++i) {
    const auto n = pread(file_.number(), piece.data(), piece.size(), at_);
    if (n <= 0) return true;
    at_ += n;
    take({piece.data(), static_cast<std::size_t>(n)});
  }
  return false;
}

}  // namespace heartbeat::command
