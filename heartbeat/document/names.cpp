#include "document/names.hpp"

#include <algorithm>

namespace heartbeat {
namespace {

// Not isalnum(), which depends on the host's locale.
bool is_name_character(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

bool is_name(std::string_view name, std::size_t longest) noexcept {
  return !name.empty() && name.size() <= longest && std::ranges::all_of(name, is_name_character);
}

}  // namespace

bool is_service_name(std::string_view name) noexcept { return is_name(name, 128); }

std::pair<std::string_view, std::string_view> split_member(std::string_view name) noexcept {
  const auto colon = name.find(':');
  if (colon == name.npos) return {name, {}};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

bool is_member_name(std::string_view name) noexcept {
  const auto [service, instance] = split_member(name);
  const bool is_whole = service.size() == name.size();
  return is_service_name(service) && (is_whole || is_service_name(instance));
}

std::string member_name(std::string_view service, std::string_view instance) {
  std::string name{service};
  if (!instance.empty()) name.append(":").append(instance);
  return name;
}

std::string document_key(std::string_view prefix, std::string_view member) {
  return std::string{prefix}.append(member);
}

std::string roster_key(std::string_view prefix) { return std::string{prefix}.append(":services"); }

bool is_check_name(std::string_view name) noexcept { return is_name(name, 64); }

}  // namespace heartbeat
