#include <fmt/format.h>

#include "document/time.hpp"
#include "fetch/history.hpp"
#include "host/host.hpp"
#include "render/history.hpp"
#include "run/redis_action.hpp"
#include "run/run.hpp"

namespace probe {
namespace {

using namespace std::chrono_literals;

std::string history_of(const History& history, const std::string& service, const Options& options,
                       std::chrono::milliseconds period) {
  std::string text;
  for (const auto& report :
       history_reports(history, service, period, heartbeat::wall_now(), options.exit_policy))
    text += options.format == Format::json ? history_json(report) : history_text(report);
  return text;
}

tl::expected<RedisActionResult, Problem> histories(const Options& options, redis::Client& client,
                                                   const redis::Deadline& deadline) {
  RedisActionResult result;
  const auto period = options.history.value_or(0ms);
  for (const auto& service : options.selection.services) {
    const auto history = read_history(client, options.acceptance.prefix, service, deadline);
    if (!history) return tl::unexpected{history.error()};
    const auto text = history_of(*history, service, options, period);
    result.output += text;
    if (!text.empty()) continue;
    result.complaints += fmt::format(
        "healthprobe: no history of {} in the last {}: no healthboard that may write to Redis has "
        "watched it\n",
        service, heartbeat::format_duration(period));
    result.exit_status = 1;
  }
  return result;
}

}  // namespace

int show_history(const Options& options, const redis::Environment& environment,
                 std::chrono::steady_clock::time_point started) {
  return run_redis_action("--history", options, environment, started,
                          [&](redis::Client& client, const redis::Deadline& deadline) {
                            return histories(options, client, deadline);
                          });
}

}  // namespace probe
