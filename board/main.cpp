#include <unistd.h>

#include "board/edge/options.hpp"
#include "board/edge/reader.hpp"
#include "board/edge/server.hpp"
#include "edge/output.hpp"
#include "edge/precautions.hpp"

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
  const probe::Precautions precautions;
  try {
    const auto environment = heartbeat::redis::process_environment();
    const std::span<char* const> arguments{argv, static_cast<std::size_t>(argc)};
    const auto options = board::parse_options(arguments, environment);
    probe::hide_passwords(arguments);
    if (options) return serve(*options, environment);
    const auto& stop = options.error();
    probe::write_once(stop.is_error ? STDERR_FILENO : STDOUT_FILENO, stop.text);
    return stop.exit_status;
  } catch (...) {
    probe::write_once(STDERR_FILENO, "healthboard: internal error\n");
    return 1;
  }
}
