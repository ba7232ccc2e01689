#include "core/glance.hpp"

#include "core/beat.hpp"
#include "document/skim.hpp"

namespace probe {

bool healthy_at_a_glance(const Answer& answer, const AcceptancePolicy& acceptance) {
  using std::chrono::milliseconds;
  if (acceptance.own_host || !acceptance.expectations.empty() || answer.pttl < 0) return false;
  const auto* value = std::get_if<std::string>(&answer.value);
  const auto vitals = value != nullptr ? heartbeat::skim(*value) : std::nullopt;
  if (!vitals || vitals->status != heartbeat::Status::healthy || !vitals->ttl) return false;
  const milliseconds pttl{answer.pttl};
  if (outlives(pttl, *vitals->ttl)) return false;
  const auto limit = limit_of_age(vitals->interval, vitals->ttl, acceptance);
  return !limit || *vitals->ttl - pttl <= *limit;
}

}  // namespace probe
