#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "core/fleet_report.hpp"

namespace probe::http {

using heartbeat::WallTime;

/// What one poll found out about the services. Its time is `query.now`, at which it began.
struct FleetSnapshot {
  FleetQuery query{};
  FleetReport report{};
};

/// The verdicts that `healthprobe NAME` gives. Empty: the poll did not look at this service.
std::vector<Verdict> verdicts_on(std::string_view name, const FleetSnapshot& snapshot);

/// Where Redis could not be asked for the names of the services: replaces the one verdict on
/// all services by one on each service of `known`.
void name_known_services(FleetSnapshot& snapshot, const std::vector<std::string>& known);

}  // namespace probe::http
