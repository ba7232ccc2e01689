#include "process/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <nss.h>
#endif

#include <cstring>
#include <string_view>

#include "redis/tls.hpp"

namespace probe {
namespace {

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

void hide_passwords(std::span<char* const> arguments) noexcept {
  for (char* argument : arguments) hide_password(argument);
}

void write_once(int descriptor, std::string_view text) noexcept {
  if (text.empty()) return;
  constexpr int max_wait_ms = 50;
  pollfd ready{descriptor, POLLOUT, 0};
  if (poll(&ready, 1, max_wait_ms) != 1) return;
  [[maybe_unused]] const auto written = write(descriptor, text.data(), text.size());
}

Destination::Destination(std::string file) {
  if (!file.empty()) file_.emplace(std::move(file));
}

int Destination::deliver(std::string_view text) const noexcept {
  if (text.empty()) return 0;
  if (file_) return file_->replace(text);
  write_once(STDOUT_FILENO, text);
  return 0;
}

}  // namespace probe
