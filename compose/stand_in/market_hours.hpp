#pragma once

#include "heartbeat/schedule.hpp"

namespace stand_in {

/// MARKET_HOURS (default: those of the NSE) without the days in MARKET_HOLIDAYS,
/// a list of YYYY-MM-DD with commas between. Throws heartbeat::ConfigError.
heartbeat::Schedule market_hours();

}  // namespace stand_in
