#pragma once

#include <span>
#include <string>
#include <string_view>

#include "board/core/reading.hpp"

/// What stands in the answers.
namespace board {

std::span<const probe::Verdict> listed(const Reading& reading);

/// The probe's JSON, a line for each.
std::string service_json(std::span<const probe::Verdict> verdicts,
                         const probe::ExitPolicy& exit_policy);
/// `{"status":"unhealthy","exit":1,"services":[...]}`, each as the probe prints it.
std::string fleet_json(std::span<const probe::Verdict> verdicts,
                       const probe::ExitPolicy& exit_policy);

/// application/health+json: `pass` and `warn` are 200, `fail` is 503. Of a service its
/// checks; of a fleet, or of several instances, each as a check of its own.
std::string service_health_json(std::string_view service, std::span<const probe::Verdict> verdicts,
                                const probe::ExitPolicy& exit_policy);
std::string fleet_health_json(std::span<const probe::Verdict> verdicts,
                              const probe::ExitPolicy& exit_policy);

/// How healthboard itself is.
std::string own_health(const Snapshot& snapshot);

/// The probe's metrics and healthboard's own, for Prometheus.
std::string metrics(const Snapshot& snapshot);

/// The status page.
std::string page(const Snapshot& snapshot, WallTime now);

}  // namespace board
