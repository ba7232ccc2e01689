#pragma once

#include <cstddef>
#include <vector>

#include "core/verdict.hpp"
#include "edge/options.hpp"
#include "redis/client.hpp"
#include "redis/deadline.hpp"

namespace probe {

/// What came of one look at the services.
struct Findings {
  std::vector<Verdict> verdicts;
  std::size_t more_healthy = 0;  ///< healthy ones of a fleet of which no more than this is shown
};

/// Whom all verdicts are about before the roster has named the services.
inline constexpr auto everybody = "*";

/// Asks for the options' services, or for all whom the roster names, and judges them; where one
/// has no key but replicas, those. In the order of the options, or by name; where the
/// roster could not be read, one verdict on `everybody`. Blocks until the deadline at most,
/// but for the resolver.
///
/// Of a fleet too large to be listed in the options' format, the documents are dropped, and
/// the healthy are only counted, unless options.selection.min_healthy wants them judged together.
Findings survey(heartbeat::redis::Client& client, const Options& options,
                const AcceptancePolicy& acceptance, const heartbeat::redis::Deadline& deadline);

}  // namespace probe
