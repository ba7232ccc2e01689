#pragma once

#include <span>
#include <string>
#include <string_view>

#include "http/fleet_snapshot.hpp"
#include "http/stats.hpp"

/// The bodies of the answers.
namespace probe::http {

using Verdicts = std::span<const Verdict>;

/// The probe's JSON, a line for each verdict.
std::string service_json(Verdicts verdicts, const ExitPolicy& exit_policy);
/// `{"status":"unhealthy","exit":1,"services":[...]}`, each service as the probe prints it.
std::string fleet_json(Verdicts verdicts, const ExitPolicy& exit_policy);

/// application/health+json: 200 is `pass` or `warn`, 503 is `fail`. Lists the checks of a single
/// service; of a fleet and of several replicas, each is a check.
std::string service_health_json(std::string_view service, Verdicts verdicts,
                                const ExitPolicy& exit_policy);
std::string fleet_health_json(Verdicts verdicts, const ExitPolicy& exit_policy);

/// The state of healthboard itself.
std::string own_health(const Stats& stats);

/// The probe's metrics and healthboard's own, in Prometheus's text format.
std::string metrics(const FleetSnapshot& snapshot, const Stats& stats);

/// The status page, in HTML.
std::string page(const FleetSnapshot& snapshot, WallTime now);

}  // namespace probe::http
