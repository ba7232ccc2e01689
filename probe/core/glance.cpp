#include "core/glance.hpp"

#include "core/beat.hpp"
#include "document/header_scan.hpp"

namespace probe {

bool healthy_at_a_glance(const Answer& answer, const AcceptancePolicy& acceptance) {
  using std::chrono::milliseconds;
  if (acceptance.own_host || !acceptance.expectations.empty() || answer.pttl < 0) return false;
  const auto* value = std::get_if<std::string>(&answer.value);
  const auto header = value != nullptr ? heartbeat::scan_healthy(*value) : std::nullopt;
  if (!header || !header->ttl) return false;
  const milliseconds pttl{answer.pttl};
  if (outlives(pttl, *header->ttl)) return false;
  const auto limit = limit_of_age(header->interval, header->ttl, acceptance);
  return !limit || *header->ttl - pttl <= *limit;
}

}  // namespace probe
