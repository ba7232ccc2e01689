#include "document/names.hpp"

#include <algorithm>
#include <array>

#include "document/document.hpp"
#include "document/text.hpp"

namespace heartbeat {
namespace {

using namespace std::string_view_literals;

/// In the order of the enumerators.
template <typename Enum>
constexpr std::array<std::string_view, 0> names{};
template <>
constexpr std::array names<Status>{"healthy"sv, "starting"sv, "degraded"sv, "unhealthy"sv};
template <>
constexpr std::array names<Severity>{"warning"sv, "critical"sv};
template <>
constexpr std::array names<CheckState>{"pass"sv, "waiting"sv, "suppressed"sv, "fail"sv};
template <>
constexpr std::array names<Kind>{"flag"sv, "age"sv, "count"sv, "rate"sv, "gauge"sv, "callback"sv};
template <>
constexpr std::array names<Comparison>{"<"sv, "<="sv, ">"sv, ">="sv, "=="sv, "!="sv};

template <typename Enum>
std::string_view name_of(Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < names<Enum>.size() ? names<Enum>[index] : std::string_view{};
}

// Not isalnum(), which depends on the host's locale.
bool is_name_character(char c) noexcept {
  return (lower(c) >= 'a' && lower(c) <= 'z') || is_digit(c) || c == '.' || c == '_' || c == '-';
}

bool is_name(std::string_view name, std::size_t longest) noexcept {
  return !name.empty() && name.size() <= longest && std::ranges::all_of(name, is_name_character);
}

}  // namespace

template <typename Enum>
std::optional<Enum> enum_from(std::string_view name) noexcept {
  const auto found = std::ranges::find(names<Enum>, name);
  if (found == names<Enum>.end()) return std::nullopt;
  return static_cast<Enum>(found - names<Enum>.begin());
}
template std::optional<Status> enum_from(std::string_view) noexcept;
template std::optional<Severity> enum_from(std::string_view) noexcept;
template std::optional<CheckState> enum_from(std::string_view) noexcept;
template std::optional<Kind> enum_from(std::string_view) noexcept;
template std::optional<Comparison> enum_from(std::string_view) noexcept;

std::optional<Status> status_from(std::string_view name) noexcept {
  return enum_from<Status>(name);
}

std::string_view to_string(Status status) noexcept { return name_of(status); }
std::string_view to_string(Severity severity) noexcept { return name_of(severity); }
std::string_view to_string(CheckState state) noexcept { return name_of(state); }
std::string_view to_string(Kind kind) noexcept { return name_of(kind); }
std::string_view to_string(Comparison comparison) noexcept { return name_of(comparison); }

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

std::string history_key(std::string_view prefix, std::string_view service) {
  return std::string{prefix}.append(":history:").append(service);
}

std::string silences_key(std::string_view prefix) {
  return std::string{prefix}.append(":silences");
}

std::string with_host(std::string instance, std::string_view host) {
  for (std::size_t at = 0; (at = instance.find(host_mark, at)) != instance.npos; at += host.size())
    instance.replace(at, host_mark.size(), host);
  return instance;
}

bool is_check_name(std::string_view name) noexcept { return is_name(name, 64); }

}  // namespace heartbeat
