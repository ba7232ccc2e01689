#pragma once

#include "heartbeat/schedule.hpp"

namespace stand_in {

/// The schedule in MARKET_HOURS (default: the hours of the NSE) without the days in
/// MARKET_HOLIDAYS, a list of YYYY-MM-DD separated by commas. Throws heartbeat::ConfigError.
heartbeat::Schedule market_hours();

}  // namespace stand_in
