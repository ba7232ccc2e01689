#include "core/quorum.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document/names.hpp"

namespace probe {
namespace {

struct Service {
  std::string name;
  std::vector<const Verdict*> replicas{};
};

Verdict agreed(const Service& service, std::size_t needed, const Tolerance& tolerance) {
  const auto fails = [&](const Verdict* verdict) { return exit_status(*verdict, tolerance) != 0; };
  const auto bad = static_cast<std::size_t>(std::ranges::count_if(service.replicas, fails));
  const auto passing = service.replicas.size() - bad;
  Verdict verdict{.service = service.name, .reason = Reason::healthy};
  verdict.text =
      fmt::format("{} of {} replicas pass, {} needed", passing, service.replicas.size(), needed);
  for (const auto* replica : service.replicas)
    if (fails(replica))
      verdict.text += fmt::format("; {} {} [{}]: {}", replica->service, to_string(replica->word()),
                                  to_string(replica->reason), replica->text);
  if (passing >= needed) return verdict;
  // Among those that fail: a replica that passes may be worse by its word.
  verdict.reason = Reason::missing;
  const Verdict* worst = nullptr;
  for (const auto* replica : service.replicas)
    if (fails(replica) && (worst == nullptr || replica->word() > worst->word())) worst = replica;
  if (worst != nullptr) verdict.reason = worst->reason;
  return verdict;
}

}  // namespace

std::vector<Verdict> with_quorum(std::span<const Verdict> verdicts, std::size_t needed,
                                 const Tolerance& tolerance) {
  std::vector<Service> services;
  std::vector<Verdict> all;
  for (const auto& verdict : verdicts) {
    const auto [name, instance] = heartbeat::split_member(verdict.service);
    if (instance.empty()) {
      all.push_back(verdict);
      continue;
    }
    auto service = std::ranges::find(services, name, &Service::name);
    if (service == services.end()) {
      service = services.insert(service, {std::string{name}});
      all.push_back({.service = std::string{name}});
    }
    service->replicas.push_back(&verdict);
  }
  for (auto& verdict : all)
    if (const auto service = std::ranges::find(services, verdict.service, &Service::name);
        service != services.end())
      verdict = agreed(*service, needed, tolerance);
  return all;
}

}  // namespace probe
