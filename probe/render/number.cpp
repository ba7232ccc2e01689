#include "render/number.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace probe {

std::string format_number(double value) {
  constexpr double all_whole_numbers = 9'007'199'254'740'992;  // are doubles, up to 2^53
  if (std::trunc(value) == value && std::abs(value) <= all_whole_numbers)
    return std::to_string(static_cast<std::int64_t>(value));
  return nlohmann::ordered_json(value).dump();
}

std::optional<double> number_in(const heartbeat::Value& value) noexcept {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? 1 : 0;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

}  // namespace probe
