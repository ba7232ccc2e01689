#include "core/quorum.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "document/names.hpp"

namespace probe {
namespace {

using Replicas = std::vector<const Verdict*>;

Verdict verdict_on_replicas(const std::string& service, const Replicas& replicas,
                            std::size_t needed, const ExitPolicy& exit_policy) {
  const auto fails = [&](const Verdict* verdict) {
    return exit_status(*verdict, exit_policy) != 0;
  };
  const auto bad = static_cast<std::size_t>(std::ranges::count_if(replicas, fails));
  const auto passing = replicas.size() - bad;
  Verdict verdict{.service = service, .reason = Reason::healthy};
  verdict.text = fmt::format("{} of {} replicas pass, {} needed", passing, replicas.size(), needed);
  for (const auto* replica : replicas)
    if (fails(replica))
      verdict.text +=
          fmt::format("; {} {} [{}]: {}", replica->service, to_string(replica->status()),
                      to_string(replica->reason), replica->text);
  if (passing >= needed) return verdict;
  // Only replicas that fail: one that passes may have a worse status.
  verdict.reason = Reason::missing;
  const Verdict* worst = nullptr;
  for (const auto* replica : replicas)
    if (fails(replica) && (worst == nullptr || replica->status() > worst->status()))
      worst = replica;
  if (worst != nullptr) verdict.reason = worst->reason;
  return verdict;
}

}  // namespace

std::vector<Verdict> with_quorum(std::span<const Verdict> verdicts, std::size_t needed,
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

}  // namespace probe
