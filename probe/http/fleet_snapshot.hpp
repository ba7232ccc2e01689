#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/fleet_report.hpp"

namespace probe::http {

using heartbeat::WallTime;

/// The result of one poll of the services. `query.now` is the time at which the poll began.
struct FleetSnapshot {
  FleetQuery query{};
  FleetReport report{};
};

/// The verdicts that `healthprobe NAME` would print. Empty: the poll did not read this service.
std::vector<Verdict> verdicts_on(std::string_view name, const FleetSnapshot& snapshot);

/// If Redis could not list the services, the report has one verdict for all services. Replaces it
/// by one verdict for each service of `known`.
void name_known_services(FleetSnapshot& snapshot, const std::vector<std::string>& known);

}  // namespace probe::http
