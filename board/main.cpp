#include <signal.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <nss.h>
#endif

#include "board/edge/options.hpp"
#include "board/edge/reader.hpp"
#include "board/edge/server.hpp"
#include "edge/output.hpp"
#include "edge/secrecy.hpp"
#include "redis/tls.hpp"

namespace {

int serve(const board::Options& options, const heartbeat::redis::Environment& environment) {
  probe::write_once(STDERR_FILENO, options.probe.warning);
  const auto endpoint = heartbeat::redis::endpoint_from(environment, options.probe.redis_url);
  if (!endpoint) {
    probe::write_once(STDERR_FILENO, "healthboard: " + endpoint.error() + "\n");
    return 1;
  }
  board::Reader reader{options, environment};
  const auto served = board::serve(options, reader);
  if (served) return 0;
  probe::write_once(STDERR_FILENO, "healthboard: " + served.error() + "\n");
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const probe::NoCoreDump no_core_dump;
  probe::fill_standard_descriptors();
  signal(SIGPIPE, SIG_IGN);
  heartbeat::redis::forgo_tls_configuration();
#ifdef __GLIBC__
  // As in healthprobe: no NSS module of another libc is loaded.
  __nss_configure_lookup("hosts", "files dns");
#endif
  try {
    const auto environment = heartbeat::redis::captured(heartbeat::redis::process_environment());
    const auto process = heartbeat::redis::process_environment();
    const std::span<const char* const> arguments{argv, static_cast<std::size_t>(argc)};
    const auto options = board::parse_options(arguments, process);
    for (char* argument : std::span{argv, static_cast<std::size_t>(argc)})
      probe::hide_password(argument);
    if (options) return serve(*options, environment);
    const auto& stop = options.error();
    probe::write_once(stop.is_error ? STDERR_FILENO : STDOUT_FILENO, stop.text);
    return stop.exit_status;
  } catch (...) {
    probe::write_once(STDERR_FILENO, "healthboard: internal error\n");
    return 1;
  }
}
