#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace probe {

/// The field at the end of a dotted path: names of members, places in arrays.
/// Where a name holds dots itself, the longest that leads on wins. Null when
/// there is none.
const nlohmann::ordered_json* find_field(const nlohmann::ordered_json& json, std::string_view path);

}  // namespace probe
