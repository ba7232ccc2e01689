#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/exit_status.hpp"
#include "core/verdict.hpp"

namespace probe {

/// One verdict for all replicas of a service: healthy if at least `needed` of them pass, otherwise
/// with the reason of the worst one that fails. The service's own key counts as one more replica,
/// unless it is missing. Services without replicas keep their verdicts. The order is that of
/// each service's first verdict.
std::vector<Verdict> with_quorum(std::span<const Verdict> verdicts, std::size_t needed,
                                 const ExitPolicy& exit_policy);

}  // namespace probe
