#include <unistd.h>

#include <chrono>

#include "edge/options.hpp"
#include "edge/output.hpp"
#include "edge/precautions.hpp"
#include "edge/watch.hpp"
#include "run/check_once.hpp"
#include "run/forget.hpp"

int main(int argc, char** argv) {
  const auto started = std::chrono::steady_clock::now();
  const probe::Precautions precautions;
  try {
    const auto environment = heartbeat::redis::process_environment();
    const std::span<char* const> arguments{argv, static_cast<std::size_t>(argc)};
    const auto options = probe::parse_options(arguments, environment);
    probe::hide_passwords(arguments);
    if (options && options->watch) probe::watch(*options, environment);
    if (options)
      return options->forget.empty() ? probe::check_once(*options, environment, started)
                                     : probe::forget(*options, environment, started);
    const auto& stop = options.error();
    probe::write_once(stop.is_error ? STDERR_FILENO : STDOUT_FILENO, stop.text);
    return stop.exit_status;
  } catch (...) {
    probe::write_once(STDERR_FILENO, "healthprobe: internal error\n");
    return 1;
  }
}
