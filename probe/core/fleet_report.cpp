#include "core/fleet_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "document/names.hpp"

namespace probe {
namespace {

using Replicas = std::vector<const Verdict*>;
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
  for (auto& verdict : verdicts)
    verdict = fall_back(std::move(verdict), *query.file, query.acceptance);
}

Verdict verdict_on_replicas(const std::string& service, const Replicas& replicas,
                            std::size_t needed, const ExitPolicy& exit_policy) {
  Replicas failing;
  std::ranges::copy_if(replicas, std::back_inserter(failing), [&](const Verdict* replica) {
    return exit_status(*replica, exit_policy) != 0;
  });
  const auto passing = replicas.size() - failing.size();
  Verdict verdict{.service = service, .reason = Reason::healthy};
  verdict.text = fmt::format("{} of {} replicas pass, {} needed", passing, replicas.size(), needed);
  for (const auto* replica : failing)
    verdict.text += fmt::format("; {} {} [{}]: {}", replica->service, to_string(replica->status()),
                                to_string(replica->reason), replica->text);
  for (const auto* replica : replicas)
    if (replica->silence && replica->silence->name == service) verdict.silence = replica->silence;
  if (passing >= needed) return verdict;
  // Only replicas that fail: one that passes may have a worse status.
  const auto worst = std::ranges::max_element(failing, {}, &Verdict::status);
  verdict.reason = worst == failing.end() ? Reason::missing : (*worst)->reason;
  return verdict;
}

/// The report for which `judge_name` gives the verdict on each name.
template <typename Judge>
FleetReport report_by(const Judge& judge_name, const std::vector<std::string>& names,
                      const FleetQuery& query) {
  std::vector<Verdict> members;
  std::ranges::transform(names, std::back_inserter(members), judge_name);
  OnDemand on_demand;
  for (const auto& name : query.on_demand)
    if (std::ranges::find(names, name) == names.end()) on_demand[name].push_back(judge_name(name));
  return fleet_report(query, std::move(members), std::move(on_demand));
}

}  // namespace

std::vector<Verdict> with_quorum(Verdicts verdicts, std::size_t needed,
                                 const ExitPolicy& exit_policy) {
  std::map<std::string_view, Replicas> services;
  for (const auto& verdict : verdicts)
    if (const auto [name, instance] = heartbeat::split_member(verdict.service); !instance.empty())
      services[name].push_back(&verdict);
  for (const auto& verdict : verdicts)
    if (const auto own = services.find(verdict.service);
        own != services.end() && verdict.reason != Reason::missing)
      own->second.push_back(&verdict);
  std::vector<Verdict> all;
  for (const auto& verdict : verdicts) {
    const auto [name, instance] = heartbeat::split_member(verdict.service);
    const auto service = services.find(name);
    if (service == services.end())
      all.push_back(verdict);
    else if (const auto replicas = std::exchange(service->second, {}); !replicas.empty())
      all.push_back(verdict_on_replicas(std::string{name}, replicas, needed, exit_policy));
  }
  return all;
}

FleetReport fleet_report(const FleetQuery& query, std::vector<Verdict> members,
                         OnDemand on_demand) {
  FleetReport report{.on_demand = std::move(on_demand)};
  report.problem = common_problem(members, report.on_demand);
  judge_by_file(members, query);
  for (auto& [name, verdicts] : report.on_demand) judge_by_file(verdicts, query);
  report.verdicts = std::move(members);
  if (query.selection.min_healthy > 0) {
    report.members = std::move(report.verdicts);
    report.verdicts = with_quorum(report.members, query.selection.min_healthy, query.exit_policy);
  }
  return report;
}

void set_silences(FleetReport& report, std::vector<Silence> silences) {
  if (silences.empty()) return;
  const auto all = std::make_shared<const std::vector<Silence>>(std::move(silences));
  const auto set = [&](std::vector<Verdict>& verdicts) {
    for (auto& verdict : verdicts)
      if (const auto* silence = silence_of(verdict.service, *all)) verdict.silence = {all, silence};
  };
  set(report.verdicts);
  set(report.members);
  for (auto& [name, verdicts] : report.on_demand) set(verdicts);
}

Problem no_service_found(const FleetQuery& query) {
  const auto& prefix = query.acceptance.prefix;
  return {Reason::missing,
          heartbeat::roster_key(prefix) +
              (query.selection.scan ? " lists no service, and no key matches " + prefix + "*"
                                    : " lists no service: no service has written to it")};
}

FleetReport report_without_redis(const FleetQuery& query, const Problem& problem) {
  auto names = query.selection.services;
  if (query.selection.all) names.insert(names.begin(), all_services);
  auto report = report_by(
      [&](const std::string& name) {
        return with_reason({.service = name}, problem.reason, problem.what);
      },
      names, query);
  report.problem = problem;
  return report;
}

FleetReport report_from_file(const FleetQuery& query) {
  // NOLINTNEXTLINE(bugprone-unchecked-optional-access): a query without a file may throw
  const auto& file = query.file.value();
  auto names = query.selection.services;
  if (names.empty())
    if (auto name = service_in(file)) names.push_back(std::move(*name));
  auto report = report_by(
      [&](const std::string& name) { return judge(name, file, query.acceptance); }, names, query);
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
  if (query.selection.min_healthy == 0 || is_replica) return found;
  return with_quorum(found, query.selection.min_healthy, query.exit_policy);
}

}  // namespace probe
