#include <fmt/format.h>

#include "http/bodies.hpp"
#include "render/render.hpp"

namespace probe::http {
namespace {

std::string metric(std::string_view name, std::string_view type, std::string_view help,
                   std::string_view value) {
  return metric_header(name, type, help) + fmt::format("{} {}\n", name, value);
}

std::string seconds(WallTime time) {
  return format_number(static_cast<double>(time.time_since_epoch().count()) / 1000);
}

}  // namespace

std::string metrics(const FleetSnapshot& snapshot, const Stats& stats) {
  auto out = prometheus_metrics(snapshot.report.verdicts);
  if (!stats.requests.empty())
    out += metric_header("healthboard_requests_total", "counter",
                         "HTTP requests answered, by status code.");
  for (const auto& [code, count] : stats.requests)
    out += fmt::format("healthboard_requests_total{{code=\"{}\"}} {}\n", code, count);
  out += metric("healthboard_connections", "gauge", "HTTP connections that are open.",
                std::to_string(stats.connections));
  out += metric("healthboard_redis_reads_total", "counter",
                "Times that the services were read, from Redis or from the file.",
                std::to_string(stats.polls));
  if (stats.redis_up)
    out += metric("healthboard_redis_up", "gauge", "Whether Redis answered the last time.",
                  *stats.redis_up ? "1" : "0");
  out += metric("healthboard_last_read_timestamp_seconds", "gauge",
                "When the services were last read with success; 0: never.",
                seconds(stats.last_success));
  out += metric("healthboard_start_time_seconds", "gauge", "When healthboard was started.",
                seconds(stats.started));
  return out;
}

}  // namespace probe::http
