#include "http/fleet_snapshot.hpp"

namespace probe::http {

std::vector<Verdict> verdicts_on(std::string_view name, const FleetSnapshot& snapshot) {
  return verdicts_for(name, snapshot.report, snapshot.query);
}

void name_known_services(FleetSnapshot& snapshot, const std::vector<std::string>& known) {
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
