#include <unistd.h>

#include <chrono>
#include <span>

#include "command/beat_once.hpp"
#include "command/options.hpp"
#include "process/process.hpp"

int main(int argc, char** argv) try {
  const auto started = std::chrono::steady_clock::now();
  const probe::Hardening hardening;
  const std::span<char* const> arguments{argv, static_cast<std::size_t>(argc)};
  const auto environment = heartbeat::redis::process_environment();
  const auto options = heartbeat::command::parse_beat_options(arguments, environment);
  probe::hide_passwords(arguments);
  if (!options) {
    const auto& [exit_status, text, is_error] = options.error();
    probe::write_once(is_error ? STDERR_FILENO : STDOUT_FILENO, text);
    return exit_status;
  }
  probe::write_once(STDERR_FILENO, options->warning);
  probe::use_builtin_name_services();
  return heartbeat::command::beat_once(*options, environment, started);
} catch (...) {
  probe::write_once(STDERR_FILENO, "healthbeat: internal error\n");
  return 1;
}
