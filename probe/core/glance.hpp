#pragma once

#include "core/verdict.hpp"

namespace probe {

/// Whether judge() would find the service healthy, at a small part of its cost. False also
/// where that takes a closer look: judge() tells.
bool healthy_at_a_glance(const Answer& answer, const AcceptancePolicy& acceptance);

}  // namespace probe
