#include "command/inherited.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <string_view>

namespace heartbeat::command {
namespace {

constexpr std::array changed_dispositions{SIGPIPE, SIGCHLD};

}  // namespace

std::string path_of_descriptor(int number) { return "/proc/self/fd/" + std::to_string(number); }

std::vector<int> open_descriptors() {
  std::vector<int> found;
  DIR* const folder = opendir("/proc/self/fd");
  if (folder == nullptr) return found;
  while (const auto* entry = readdir(folder)) {
    const std::string_view name{entry->d_name};
    int number = -1;
    std::from_chars(name.data(), name.data() + name.size(), number);
    if (number > STDERR_FILENO && number != dirfd(folder)) found.push_back(number);
  }
  closedir(folder);
  return found;
}

Inherited::Inherited(std::span<char* const> its_arguments)
    : arguments{its_arguments}, others{open_descriptors()} {
  sigprocmask(SIG_SETMASK, nullptr, &blocked);
  for (std::size_t i = 0; i < changed_dispositions.size(); ++i) {
    struct sigaction action{};
    ignored[i] =
        sigaction(changed_dispositions[i], nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
  }
  for (std::size_t i = 0; i < closed.size(); ++i)
    closed[i] = fcntl(static_cast<int>(i), F_GETFD) == -1;
}

void Inherited::restore() const noexcept {
  for (std::size_t i = 0; i < changed_dispositions.size(); ++i)
    signal(changed_dispositions[i], ignored[i] ? SIG_IGN : SIG_DFL);
  for (std::size_t i = 0; i < closed.size(); ++i)
    if (closed[i]) close(static_cast<int>(i));
  sigprocmask(SIG_SETMASK, &blocked, nullptr);
}

void Inherited::let_go() const noexcept {
  for (const int number : others) close(number);
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int number : {STDIN_FILENO, STDOUT_FILENO}) dup2(nothing, number);
  close(nothing);
}

}  // namespace heartbeat::command
