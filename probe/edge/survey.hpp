#pragma once

#include <vector>

#include "core/verdict.hpp"
#include "edge/options.hpp"
#include "redis/client.hpp"
#include "redis/deadline.hpp"

namespace probe {

/// Whom all verdicts are about before the roster has named the services.
inline constexpr auto everybody = "*";

/// Asks for the options' services, or for all whom the roster names, and judges them; where one
/// has no key but replicas, those. In the order of the options, or by name; where the
/// roster could not be read, one verdict on `everybody`. Blocks until the deadline at most,
/// but for the resolver.
///
/// Of a fleet too large to be shown as a whole the documents are dropped, unless the
/// options' format shows them all.
std::vector<Verdict> survey(heartbeat::redis::Client& client, const Options& options,
                            const Rule& rule, const heartbeat::redis::Deadline& deadline);

}  // namespace probe
