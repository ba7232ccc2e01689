#include "core/field.hpp"

#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace probe {
namespace {

using Json = nlohmann::ordered_json;

std::optional<std::size_t> place_from(std::string_view text) {
  std::size_t place = 0;
  const auto [stop, error] = std::from_chars(text.begin(), text.end(), place);
  return error == std::errc{} && stop == text.end() ? std::optional{place} : std::nullopt;
}

const Json* find_direct(const Json& json, std::string_view name) {
  if (json.is_object()) {
    const auto member = json.find(std::string{name});
    return member == json.end() ? nullptr : &*member;
  }
  const auto place = json.is_array() ? place_from(name) : std::nullopt;
  return place && *place < json.size() ? &json[*place] : nullptr;
}

}  // namespace

const Json* find_field(const Json& json, std::string_view path) {
  for (auto end = path.size(); end != path.npos && end > 0; end = path.rfind('.', end - 1)) {
    const auto* found = find_direct(json, path.substr(0, end));
    if (found != nullptr && end < path.size()) found = find_field(*found, path.substr(end + 1));
    if (found != nullptr) return found;
  }
  return nullptr;
}

}  // namespace probe
