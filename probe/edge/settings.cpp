#include "edge/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "document/duration.hpp"
#include "edge/declarations.hpp"

namespace probe {
namespace {

using std::chrono::milliseconds;

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == ';' && !quoted)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  std::erase_if(
      parts, [](const std::string& part) { return part.find_first_not_of(" \t\n") == part.npos; });
  return parts;
}

}  // namespace

tl::unexpected<Stop> refused(const Setting& setting, std::string_view why,
                             std::string_view accepted) {
  return tl::unexpected{mistake(fmt::format("{} '{}' {} (accepted: {})", setting.origin,
                                            shown(setting.value), why, accepted))};
}

std::optional<Setting> Settings::find(const char* option) const {
  if (const auto given = line_.values.find(option); given != line_.values.end())
    return Setting{option, given->second.back()};
  const char* name = variable_of(option);
  if (name == nullptr) return std::nullopt;
  if (auto value = environment_.variable(name)) return Setting{name, std::move(*value)};
  return std::nullopt;
}

std::vector<Setting> Settings::find_all(const char* option) const {
  std::vector<Setting> settings;
  if (const auto given = line_.values.find(option); given != line_.values.end()) {
    for (const auto& value : given->second) settings.push_back({option, value});
    return settings;
  }
  const char* name = variable_of(option);
  if (name == nullptr) return settings;
  for (auto& part : split(environment_.variable(name).value_or("")))
    settings.push_back({name, std::move(part)});
  return settings;
}

Result<std::optional<milliseconds>> Settings::duration(const char* option,
                                                       milliseconds longest) const {
  const auto setting = find(option);
  if (!setting) return std::nullopt;
  const auto duration = heartbeat::parse_duration(setting->value);
  if (!duration) return refused(*setting, "is not a duration", heartbeat::accepted_durations);
  if (*duration <= milliseconds{0} || *duration > longest)
    return refused(*setting, "is out of range",
                   fmt::format("more than 0, at most {}", heartbeat::format_duration(longest)));
  return duration;
}

Result<bool> Settings::truth(const char* option) const {
  constexpr std::array<std::string_view, 4> yes{"1", "true", "yes", "on"};
  constexpr std::array<std::string_view, 4> no{"0", "false", "no", "off"};
  const auto setting = find(option);
  if (!setting || std::ranges::find(no, setting->value) != no.end()) return false;
  if (std::ranges::find(yes, setting->value) != yes.end()) return true;
  return refused(*setting, "is neither true nor false", "1, true, yes, on; 0, false, no, off");
}

}  // namespace probe
