#include <signal.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <nss.h>
#endif

#include <chrono>

#include "edge/forget.hpp"
#include "edge/options.hpp"
#include "edge/output.hpp"
#include "edge/run.hpp"
#include "edge/secrecy.hpp"
#include "redis/tls.hpp"

int main(int argc, char** argv) {
  const auto started = std::chrono::steady_clock::now();
  const probe::NoCoreDump no_core_dump;
  probe::fill_standard_descriptors();
  signal(SIGPIPE, SIG_IGN);
  heartbeat::redis::forgo_tls_configuration();
#ifdef __GLIBC__
  // A static glibc would load the NSS modules that /etc/nsswitch.conf names, and
  // crash where they belong to another libc. These two are built in.
  __nss_configure_lookup("hosts", "files dns");
#endif
  try {
    const auto environment = heartbeat::redis::process_environment();
    const std::span<const char* const> arguments{argv, static_cast<std::size_t>(argc)};
    const auto options = probe::parse_options(arguments, environment);
    for (char* argument : std::span{argv, static_cast<std::size_t>(argc)})
      probe::hide_password(argument);
    if (options)
      return options->forget.empty() ? probe::run(*options, environment, started)
                                     : probe::forget(*options, environment, started);
    const auto& stop = options.error();
    probe::write_once(stop.is_error ? STDERR_FILENO : STDOUT_FILENO, stop.text);
    return stop.exit_status;
  } catch (...) {
    probe::write_once(STDERR_FILENO, "healthprobe: internal error\n");
    return 1;
  }
}
