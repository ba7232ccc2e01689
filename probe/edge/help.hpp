#pragma once

#include <string>

namespace probe {

/// What --help prints: every option of the table, its variable, and where secrets belong.
std::string help();

}  // namespace probe
