#include <fmt/format.h>
#include <unistd.h>

#include "document/time.hpp"
#include "fetch/history.hpp"
#include "fetch/redis_source.hpp"
#include "host/host.hpp"
#include "process/process.hpp"
#include "redis/client.hpp"
#include "render/history.hpp"
#include "run/run.hpp"
#include "run/watchdog.hpp"

namespace probe {
namespace {

using namespace std::chrono_literals;

std::string no_history_because(const Problem& problem) {
  return fmt::format("healthprobe: --history failed: [{}] {}\n", to_string(problem.reason),
                     problem.what);
}

std::string history_of(const History& history, const std::string& service, const Options& options) {
  std::string text;
  for (const auto& report : history_reports(history, service, *options.history,
                                            heartbeat::wall_now(), options.exit_policy))
    text += options.format == Format::json ? history_json(report) : history_text(report);
  return text;
}

}  // namespace

int show_history(const Options& options, const redis::Environment& environment,
                 std::chrono::steady_clock::time_point started) {
  write_once(STDERR_FILENO, options.warning);
  const redis::Deadline deadline{.at = started + options.timeout, .limit = options.timeout};
  Watchdog watchdog{deadline.at};
  watchdog.prepare(
      no_history_because(
          {Reason::timeout, "no answer within " + heartbeat::format_duration(options.timeout)}),
      1, 100ms);
  const auto fail = [&](const Problem& problem) {
    write_once(STDERR_FILENO, no_history_because(problem));
    watchdog.disarm();
    return 1;
  };

  use_builtin_name_services();
  auto endpoint = configured_endpoint(environment, options.redis_url);
  if (!endpoint) return fail(endpoint.error());
  redis::Client client{std::move(*endpoint)};
  std::string text, without;
  for (const auto& service : options.selection.services) {
    const auto history = read_history(client, options.acceptance.prefix, service, deadline);
    if (!history) return fail(history.error());
    const auto one = history_of(*history, service, options);
    if (one.empty())
      without += fmt::format(
          "healthprobe: no history of {} in the last {}: no healthboard that may "
          "write to Redis has watched it\n",
          service, heartbeat::format_duration(*options.history));
    text += one;
  }
  watchdog.prepare({}, 1, 1s);
  const int why = Destination{}.deliver(text);
  watchdog.disarm();
  write_once(STDERR_FILENO, without);
  return why == 0 && without.empty() ? 0 : 1;
}

}  // namespace probe
