#include "document/document.hpp"

#include <array>
#include <utility>

namespace heartbeat {
namespace {

using namespace std::string_view_literals;

template <typename Enum>
constexpr std::array<std::pair<Enum, std::string_view>, 0> names{};

template <>
constexpr std::array names<Status>{
    std::pair{Status::healthy, "healthy"sv}, std::pair{Status::starting, "starting"sv},
    std::pair{Status::degraded, "degraded"sv}, std::pair{Status::unhealthy, "unhealthy"sv}};
template <>
constexpr std::array names<Severity>{std::pair{Severity::warning, "warning"sv},
                                     std::pair{Severity::critical, "critical"sv}};
template <>
constexpr std::array names<CheckState>{
    std::pair{CheckState::pass, "pass"sv}, std::pair{CheckState::waiting, "waiting"sv},
    std::pair{CheckState::suppressed, "suppressed"sv}, std::pair{CheckState::fail, "fail"sv}};
template <>
constexpr std::array names<Kind>{
    std::pair{Kind::flag, "flag"sv},   std::pair{Kind::age, "age"sv},
    std::pair{Kind::count, "count"sv}, std::pair{Kind::rate, "rate"sv},
    std::pair{Kind::gauge, "gauge"sv}, std::pair{Kind::callback, "callback"sv}};
template <>
constexpr std::array names<Comparison>{
    std::pair{Comparison::less, "<"sv},    std::pair{Comparison::less_equal, "<="sv},
    std::pair{Comparison::greater, ">"sv}, std::pair{Comparison::greater_equal, ">="sv},
    std::pair{Comparison::equal, "=="sv},  std::pair{Comparison::not_equal, "!="sv}};

template <typename Enum>
std::string_view name_of(Enum value) noexcept {
  for (const auto& [candidate, name] : names<Enum>)
    if (candidate == value) return name;
  return {};
}

}  // namespace

template <typename Enum>
std::optional<Enum> enum_from(std::string_view name) noexcept {
  for (const auto& [value, candidate] : names<Enum>)
    if (candidate == name) return value;
  return std::nullopt;
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

}  // namespace heartbeat
