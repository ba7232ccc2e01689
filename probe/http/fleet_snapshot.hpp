#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/change.hpp"
#include "core/fleet_report.hpp"

namespace probe::http {

using heartbeat::WallTime;

/// The result of one poll of the services. `query.now` is the time at which the poll began.
struct FleetSnapshot {
  FleetQuery query{};
  FleetReport report{};
  std::chrono::milliseconds took{};  ///< from then to the end of the poll
  /// Since when each service is as it is, by name. Null: not known.
  std::shared_ptr<const std::vector<ChangeDetector::LastState>> states{};
  /// If Redis could not be read: the latest snapshot for which it could. Null: there is none.
  std::shared_ptr<const FleetSnapshot> last_known{};
};

/// The verdicts that `healthprobe NAME` would print. Empty: the poll did not read this service.
inline std::vector<Verdict> verdicts_on(std::string_view name, const FleetSnapshot& snapshot) {
  return verdicts_for(name, snapshot.report, snapshot.query);
}

/// Replaces a verdict on all services, which Redis could not list, by one for each of `known`.
inline void name_known_services(FleetSnapshot& snapshot, const std::vector<std::string>& known) {
  const auto& verdicts = snapshot.report.verdicts;
  const bool is_nameless = !verdicts.empty() && verdicts.front().service == all_services;
  if (!snapshot.report.problem || !is_nameless || known.empty()) return;
  auto query = snapshot.query;
  query.selection.all = false;
  query.selection.services = known;
  const auto problem = *snapshot.report.problem;
  snapshot.report = report_without_redis(query, problem);
}

}  // namespace probe::http
