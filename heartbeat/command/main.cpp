#include <unistd.h>

#include <chrono>
#include <span>

#include "command/beat_once.hpp"
#include "command/options.hpp"
#include "command/run_job.hpp"
#include "command/send.hpp"
#include "command/watch.hpp"
#include "process/process.hpp"

int main(int argc, char** argv) try {
  const auto started = std::chrono::steady_clock::now();
  const std::span<char* const> arguments{argv, static_cast<std::size_t>(argc)};
  const heartbeat::command::Inherited inherited{arguments};
  const probe::Hardening hardening;
  const auto environment = heartbeat::redis::process_environment();
  const auto options = heartbeat::command::parse_beat_options(arguments, environment);
  // Not the command's: it gets them as they are, and shows them itself.
  probe::hide_passwords(
      arguments.first(arguments.size() - (options ? options->command.size() : 0)));
  if (!options) {
    const auto& [exit_status, text, is_error] = options.error();
    probe::write_once(is_error ? STDERR_FILENO : STDOUT_FILENO, text);
    return exit_status;
  }
  probe::write_once(STDERR_FILENO, options->warning);
  if (options->action == heartbeat::command::Action::run)
    return heartbeat::command::run_job(*options, environment, inherited);
  if (options->action == heartbeat::command::Action::watch)
    return heartbeat::command::watch(*options, environment, inherited);
  if (options->action == heartbeat::command::Action::send)
    return heartbeat::command::send_messages(*options, environment);
  return heartbeat::command::beat_once(*options, environment, started);
} catch (...) {
  probe::write_once(STDERR_FILENO, "healthbeat: internal error\n");
  return 1;
}
