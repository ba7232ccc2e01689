#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/exit_status.hpp"
#include "core/verdict.hpp"

namespace probe {

/// One verdict for all replicas of a service: healthy when at least `needed` of them pass,
/// else what the worst one is. A service that also has a key without an instance counts that as
/// one more replica, unless the key is missing. Services without replicas keep their
/// verdicts. The order is that of each service's first verdict.
std::vector<Verdict> with_quorum(std::span<const Verdict> verdicts, std::size_t needed,
                                 const ExitPolicy& exit_policy);

}  // namespace probe
