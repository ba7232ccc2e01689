#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "http/fleet_snapshot.hpp"

namespace probe::http {

struct Stats {
  std::map<int, std::uint64_t> requests{};  ///< answered, by status code
  std::size_t connections = 0;              ///< open now
  std::uint64_t polls = 0;
  std::optional<bool> redis_up{};  ///< at the last poll; nothing: Redis was not asked
  WallTime last_success{};         ///< when the last poll that succeeded began
  WallTime started{};
};

/// The JSON of `healthprobe -o json`: one line for each verdict.
std::string service_json(Verdicts verdicts, const ExitPolicy& exit_policy);
/// `{"status":"unhealthy","exit":1,"services":[...]}`, with the same JSON for each service.
std::string fleet_json(Verdicts verdicts, const ExitPolicy& exit_policy);

/// application/health+json: status 200 is `pass` or `warn`, 503 is `fail`. Lists the checks of a
/// single service. In a fleet or a group of replicas, each member is listed as a check.
std::string service_health_json(std::string_view service, Verdicts verdicts,
                                const ExitPolicy& exit_policy);
std::string fleet_health_json(Verdicts verdicts, const ExitPolicy& exit_policy);

std::string own_health(const Stats& stats);

/// The metrics of healthboard, in Prometheus's text format.
std::string own_metrics(const Stats& stats);

}  // namespace probe::http
