#pragma once

#include <tl/expected.hpp>

#include "core/fleet_report.hpp"
#include "redis/config.hpp"

namespace probe {

/// Replaces the lists and the files in `expected` by the names in them.
tl::expected<void, Problem> read_expected(Selection& selection,
                                          const heartbeat::redis::Environment& environment);

}  // namespace probe
