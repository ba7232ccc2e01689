#include <fmt/format.h>

#include "board/core/bodies.hpp"
#include "core/lines.hpp"
#include "core/number.hpp"

namespace board {
namespace {

std::string head(std::string_view name, std::string_view type, std::string_view help) {
  return fmt::format("# HELP healthboard_{0} {2}\n# TYPE healthboard_{0} {1}\n", name, type, help);
}

std::string one(std::string_view name, std::string_view type, std::string_view help,
                const std::string& value) {
  return head(name, type, help) + fmt::format("healthboard_{} {}\n", name, value);
}

std::string seconds(WallTime time) {
  return probe::format_number(static_cast<double>(time.time_since_epoch().count()) / 1000);
}

}  // namespace

std::string metrics(const Snapshot& snapshot) {
  const auto& tally = snapshot.tally;
  auto out = probe::prometheus_metrics(listed(*snapshot.reading));
  if (!tally.requests.empty())
    out += head("requests_total", "counter", "HTTP requests answered, by status code.");
  for (const auto& [code, count] : tally.requests)
    out += fmt::format("healthboard_requests_total{{code=\"{}\"}} {}\n", code, count);
  out += one("connections", "gauge", "HTTP connections that are open.",
             std::to_string(tally.connections));
  out += one("redis_reads_total", "counter", "How often Redis was asked.",
             std::to_string(tally.redis_reads));
  out += one("redis_up", "gauge", "Whether Redis answered when it was last asked.",
             tally.redis_up.value_or(false) ? "1" : "0");
  out += one("last_read_timestamp_seconds", "gauge", "When Redis last answered; 0: never.",
             seconds(tally.last_read));
  out +=
      one("start_time_seconds", "gauge", "When healthboard was started.", seconds(tally.started));
  return out;
}

}  // namespace board
