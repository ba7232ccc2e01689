#include "process/process.hpp"

#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <nss.h>
#endif

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string_view>

#include "redis/tls.hpp"

namespace probe {
namespace {

constexpr int wait_to_begin_ms = 50;
constexpr int wait_to_continue_ms = 1000;

/// Opens /dev/null for a closed one: the next socket would get its number, and the verdict.
void fill_standard_descriptors() noexcept {
  // open() takes the lowest free number: a loop in ascending order leaves no gap.
  for (int descriptor = 0; descriptor <= STDERR_FILENO; ++descriptor)
    if (fcntl(descriptor, F_GETFD) == -1 && open("/dev/null", O_RDWR) == -1) return;
}

void hide_password(char* argument) noexcept {
  const std::string_view text{argument};
  const auto scheme = text.find("://");
  if (scheme == text.npos) return;
  const auto at = text.rfind('@');
  const auto query = text.find("password=", scheme);
  const auto begin = scheme + 3;
  if (at != text.npos && at > begin) std::memset(argument + begin, '*', at - begin);
  if (query != text.npos) std::memset(argument + query, '*', text.size() - query);
}

/// Returns 0, or the errno if only the beginning of the text was accepted.
int write_whole(int descriptor, std::string_view text) noexcept {
  int wait_ms = wait_to_begin_ms;
  while (!text.empty()) {
    pollfd ready{descriptor, POLLOUT, 0};
    const int is_ready = poll(&ready, 1, wait_ms);
    if (is_ready == 0) errno = ETIMEDOUT;
    // So much a pipe that is ready takes at once, even if more would block.
    const auto size = std::min<std::size_t>(text.size(), PIPE_BUF);
    const auto n = is_ready == 1 ? write(descriptor, text.data(), size) : -1;
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (n < 0) return wait_ms == wait_to_begin_ms ? 0 : errno;
    text.remove_prefix(static_cast<std::size_t>(n));
    wait_ms = wait_to_continue_ms;
  }
  return 0;
}

}  // namespace

Hardening::Hardening() noexcept {
  // RLIMIT_CORE is not enough: it has no effect on a core_pattern that is a pipe.
  prctl(PR_SET_DUMPABLE, 0);
  fill_standard_descriptors();
  signal(SIGPIPE, SIG_IGN);
  heartbeat::redis::forgo_tls_configuration();
}

// A leak checker attaches to the process at its end.
Hardening::~Hardening() { prctl(PR_SET_DUMPABLE, 1); }

void use_builtin_name_services() noexcept {
#ifdef __GLIBC__
  __nss_configure_lookup("hosts", "files dns");
#endif
}

void keep_freed_memory() noexcept {
#ifdef __GLIBC__
  constexpr int most = 32 * 1024 * 1024;  // that glibc accepts for the second
  mallopt(M_TRIM_THRESHOLD, most);
  mallopt(M_MMAP_THRESHOLD, most);
#endif
}

void hide_passwords(std::span<char* const> arguments) noexcept {
  for (char* argument : arguments) hide_password(argument);
}

void write_once(int descriptor, std::string_view text) noexcept {
  if (text.empty()) return;
  pollfd ready{descriptor, POLLOUT, 0};
  if (poll(&ready, 1, wait_to_begin_ms) != 1) return;
  [[maybe_unused]] const auto written = write(descriptor, text.data(), text.size());
}

Destination::Destination(std::string file) {
  if (!file.empty()) file_.emplace(std::move(file));
}

int Destination::deliver(std::string_view text) const noexcept {
  if (text.empty()) return 0;
  if (file_) return file_->replace(text);
  return write_whole(descriptor_, text);
}

}  // namespace probe

// What std::terminate() calls by default. That of libstdc++ also prints the type of the exception,
// and makes its name readable by 45 KB of code, which every static program would hold.
// NOLINTNEXTLINE(bugprone-reserved-identifier): the name is libstdc++'s
void __gnu_cxx::__verbose_terminate_handler() {
  probe::write_once(STDERR_FILENO, "internal error\n");
  std::abort();
}
