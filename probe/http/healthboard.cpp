#include <unistd.h>

#include "cli/options.hpp"
#include "fetch/redis_source.hpp"
#include "host/host.hpp"
#include "http/board_log.hpp"
#include "http/ping.hpp"
#include "http/poller.hpp"
#include "http/server.hpp"
#include "process/process.hpp"

namespace {

int fail(const std::string& complaint) {
  probe::write_once(STDERR_FILENO, "healthboard: " + complaint + "\n");
  return 1;
}

}  // namespace

int main(int argc, char** argv) try {
  const probe::Hardening hardening;
  const std::span<char* const> arguments{argv, static_cast<std::size_t>(argc)};
  const auto environment = heartbeat::redis::process_environment();
  const auto options = probe::parse_board_options(arguments, environment);
  probe::hide_passwords(arguments);
  if (!options) {
    const auto& [exit_status, text, is_error] = options.error();
    probe::write_once(is_error ? STDERR_FILENO : STDOUT_FILENO, text);
    return exit_status;
  }
  probe::write_once(STDERR_FILENO, options->warning);
  if (options->ping) {
    const auto answered = probe::http::ping(*options);
    return answered ? 0 : fail(answered.error());
  }
  probe::use_builtin_name_services();
  auto source = options->file;
  if (!options->file_alone) {
    const auto endpoint = probe::configured_endpoint(environment, options->redis_url);
    if (!endpoint) return fail(endpoint.error().what);
    source = probe::source_of(*endpoint, options->acceptance.prefix);
  }
  const auto format = options->log_format;
  const probe::Destination log;
  probe::http::BoardLog events{format};
  probe::http::HistoryKeeper keeper{options->acceptance.prefix,
                                    options->writes_history && !options->file_alone,
                                    [&](const auto& problem, heartbeat::WallTime at) {
                                      log.deliver(events.history_line(problem, at));
                                    }};
  // Text for which a reader makes no room within a second is lost.
  probe::http::SnapshotPoller poller{
      *options, environment,
      [&](const probe::ReadingChanges& changes) { log.deliver(events.lines(changes)); }, &keeper,
      [&](const probe::Problem& problem, heartbeat::WallTime at) {
        log.deliver(events.silences_unknown(problem, at));
      }};
  const auto served = probe::http::serve(*options, poller, [&] {
    const auto address = to_string(heartbeat::redis::Host{options->address, options->port});
    log.deliver(probe::http::started_line(address, source, heartbeat::wall_now(), format));
  });
  return served ? 0 : fail(served.error());
} catch (...) {
  probe::write_once(STDERR_FILENO, "healthboard: internal error\n");
  return 1;
}
