#include "core/fleet_report.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include "core/quorum.hpp"
#include "document/names.hpp"

namespace probe {
namespace {

using OnDemand = std::map<std::string, std::vector<Verdict>, std::less<>>;

bool is_trouble(const Verdict& verdict) { return is_redis_trouble(verdict.reason); }

/// The problem with Redis, if no verdict comes from an answer of Redis.
std::optional<Problem> common_problem(const std::vector<Verdict>& members,
                                      const OnDemand& on_demand) {
  const Verdict* first = nullptr;
  bool all = true;
  const auto add = [&](const std::vector<Verdict>& verdicts) {
    all = all && std::ranges::all_of(verdicts, is_trouble);
    if (first == nullptr && !verdicts.empty()) first = &verdicts.front();
  };
  add(members);
  for (const auto& [name, verdicts] : on_demand) add(verdicts);
  if (first == nullptr || !all) return std::nullopt;
  return Problem{first->reason, first->text};
}

void judge_by_file(std::vector<Verdict>& verdicts, const FleetQuery& query) {
  if (!query.file) return;
  for (auto& verdict : verdicts) {
    if (!is_trouble(verdict)) continue;
    auto by_file = judge(verdict.service, *query.file, query.acceptance);
    verdict = fall_back(std::move(verdict), std::move(by_file));
  }
}

Verdict verdict_on(const std::string& name, const Problem& problem) {
  return {.service = name, .reason = problem.reason, .text = problem.what};
}

std::vector<Verdict> counted_replicas(std::span<const Verdict> verdicts, const FleetQuery& query) {
  return with_quorum(verdicts, query.selection.min_healthy, query.exit_policy);
}

}  // namespace

FleetReport fleet_report(const FleetQuery& query, std::vector<Verdict> members,
                         OnDemand on_demand) {
  FleetReport report{.on_demand = std::move(on_demand)};
  report.problem = common_problem(members, report.on_demand);
  judge_by_file(members, query);
  for (auto& [name, verdicts] : report.on_demand) judge_by_file(verdicts, query);
  report.verdicts = std::move(members);
  if (query.selection.min_healthy > 0) {
    report.members = std::move(report.verdicts);
    report.verdicts = counted_replicas(report.members, query);
  }
  return report;
}

Problem no_service_found(const FleetQuery& query) {
  const auto& prefix = query.acceptance.prefix;
  return {Reason::missing,
          heartbeat::roster_key(prefix) +
              (query.selection.scan ? " names no service, nor does any key " + prefix + "*"
                                    : " names no service: no writer keeps it")};
}

FleetReport report_without_redis(const FleetQuery& query, const Problem& problem) {
  std::vector<Verdict> members;
  OnDemand on_demand;
  if (query.selection.all) members.push_back(verdict_on(all_services, problem));
  for (const auto& name : query.selection.services) members.push_back(verdict_on(name, problem));
  for (const auto& name : query.on_demand)
    if (std::ranges::find(query.selection.services, name) == query.selection.services.end())
      on_demand[name].push_back(verdict_on(name, problem));
  auto report = fleet_report(query, std::move(members), std::move(on_demand));
  report.problem = problem;
  return report;
}

FleetReport report_from_file(const FleetQuery& query) {
  const auto& file = query.file.value();
  auto names = query.selection.services;
  if (names.empty())
    if (auto name = service_in(file)) names.push_back(std::move(*name));
  std::vector<Verdict> members;
  OnDemand on_demand;
  for (const auto& name : names) members.push_back(judge(name, file, query.acceptance));
  for (const auto& name : query.on_demand)
    if (std::ranges::find(names, name) == names.end())
      on_demand[name].push_back(judge(name, file, query.acceptance));
  auto report = fleet_report(query, std::move(members), std::move(on_demand));
  if (names.empty()) {
    const auto found = judge({}, file, query.acceptance);
    report.problem =
        Problem{Reason::usage, found.document ? file.path + " names no service" : found.text};
  }
  return report;
}

std::vector<Verdict> verdicts_for(std::string_view name, const FleetReport& report,
                                  const FleetQuery& query) {
  const auto& members = report.members.empty() ? report.verdicts : report.members;
  std::vector<Verdict> found;
  if (const auto extra = report.on_demand.find(name); extra != report.on_demand.end()) {
    found = extra->second;
  } else {
    const auto own = std::ranges::find(members, name, &Verdict::service);
    const bool is_selected =
        own != members.end() ||
        std::ranges::find(query.selection.services, name) != query.selection.services.end();
    // Even if replicas are selected, their service may have a key that was not read.
    if (!is_selected) return {};
    // A scan lists replicas that the roster does not name, by which a service is not judged alone.
    if (query.selection.scan && own != members.end() && own->reason == Reason::missing) return {};
    if (own == members.end() || own->reason == Reason::missing)
      std::ranges::copy_if(members, std::back_inserter(found), [&](const Verdict& verdict) {
        const auto [service, instance] = heartbeat::split_member(verdict.service);
        return service == name && !instance.empty();
      });
    if (found.empty() && own != members.end()) found.push_back(*own);
  }
  const bool is_replica = name.find(':') != name.npos;
  if (query.selection.min_healthy > 0 && !is_replica) return counted_replicas(found, query);
  return found;
}

}  // namespace probe
