#include "run/redis_action.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "document/time.hpp"
#include "fetch/redis_source.hpp"
#include "process/process.hpp"
#include "run/watchdog.hpp"

namespace probe {
namespace {

using namespace std::chrono_literals;

std::string failure_of(std::string_view option, const Problem& problem) {
  return problem.reason == Reason::usage ? fmt::format("healthprobe: {}\n", problem.what)
                                         : fmt::format("healthprobe: {} failed: [{}] {}\n", option,
                                                       to_string(problem.reason), problem.what);
}

}  // namespace

int run_redis_action(std::string_view option, const Options& options,
                     const redis::Environment& environment,
                     std::chrono::steady_clock::time_point started, const RedisAction& action) {
  write_once(STDERR_FILENO, options.warning);
  const redis::Deadline deadline{.at = started + options.timeout, .limit = options.timeout};
  Watchdog watchdog{deadline.at, Destination{STDERR_FILENO}};
  watchdog.prepare(
      failure_of(option, {Reason::timeout,
                          "no answer within " + heartbeat::format_duration(options.timeout)}),
      1, 100ms);
  use_builtin_name_services();
  const auto result =
      configured_endpoint(environment, options.redis_url)
          .and_then([&](redis::Endpoint endpoint) -> tl::expected<RedisActionResult, Problem> {
            redis::Client client{std::move(endpoint)};
            return action(client, deadline);
          });
  if (!result) {
    write_once(STDERR_FILENO, failure_of(option, result.error()));
    watchdog.disarm();
    return 1;
  }
  watchdog.prepare({}, 1, 1s);
  const int why = Destination{}.deliver(result->output);
  watchdog.disarm();
  write_once(STDERR_FILENO, result->complaints);
  return why == 0 ? result->exit_status : 1;
}

}  // namespace probe
