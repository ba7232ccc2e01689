#include <unistd.h>

#include <chrono>

#include "cli/options.hpp"
#include "process/process.hpp"
#include "run/run.hpp"
#include "watch/watch.hpp"

int main(int argc, char** argv) try {
  const auto started = std::chrono::steady_clock::now();
  const probe::Hardening hardening;
  const std::span<char* const> arguments{argv, static_cast<std::size_t>(argc)};
  const auto environment = heartbeat::redis::process_environment();
  const auto options = probe::parse_options(arguments, environment);
  probe::hide_passwords(arguments);
  if (!options) {
    const auto& [exit_status, text, is_error] = options.error();
    probe::write_once(is_error ? STDERR_FILENO : STDOUT_FILENO, text);
    return exit_status;
  }
  if (options->watch) probe::watch(*options, environment);
  if (!options->forget.empty()) return probe::forget(*options, environment, started);
  if (options->history) return probe::show_history(*options, environment, started);
  if (options->silence || options->unsilence)
    return probe::change_silences(*options, environment, started);
  if (options->silences) return probe::show_silences(*options, environment, started);
  probe::keep_freed_memory();
  return probe::check_once(*options, environment, started);
} catch (...) {
  probe::write_once(STDERR_FILENO, "healthprobe: internal error\n");
  return 1;
}
