#pragma once

#include <string_view>

namespace heartbeat {

/// Matches [A-Za-z0-9._-]{1,128}: safe in a key, a shell and a metric's label.
bool is_service_name(std::string_view name) noexcept;

/// Matches [A-Za-z0-9._-]{1,64}.
bool is_check_name(std::string_view name) noexcept;

}  // namespace heartbeat
