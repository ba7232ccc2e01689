#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/exit_status.hpp"
#include "core/verdict.hpp"

namespace probe {

/// One verdict for all replicas of a service: healthy when at least `needed` of them pass,
/// else what the worst one is. Services without replicas keep their verdicts. The
/// order is that of each service's first verdict.
std::vector<Verdict> with_quorum(std::span<const Verdict> verdicts, std::size_t needed,
                                 const ExitPolicy& exit_policy);

}  // namespace probe
