#pragma once

#include <string>

#include "document/document.hpp"

namespace heartbeat {

/// This host, this process, a random id of 16 hexadecimal digits, and the replica's name.
Instance this_instance(const std::string& name);

}  // namespace heartbeat
