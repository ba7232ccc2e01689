#pragma once

#include "document/document.hpp"

namespace heartbeat {

/// This host, this process, and a random id of 16 hexadecimal digits.
Instance this_instance();

}  // namespace heartbeat
