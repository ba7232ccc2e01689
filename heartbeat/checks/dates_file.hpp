#pragma once

#include <string>
#include <vector>

#include "checks/schedule_grammar.hpp"

namespace heartbeat {

/// The dates in a file, as parse_dates() reads them. Throws ConfigError, which names the file, and
/// the line that is wrong.
std::vector<SpecialDate> read_dates_file(const std::string& file);

}  // namespace heartbeat
