#include "http/template.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "document/text.hpp"

namespace probe::http {
namespace {

/// An icon in the colour of the status, with its sign.
std::string icon_of(HealthStatus status) {
  constexpr std::array<std::string_view, 5> colours{"#1a7f37", "#7d4e00", "#9a6700", "#57606a",
                                                    "#b3151f"};
  return filled("icon.svg",
                {{"colour", colours[static_cast<std::size_t>(status)]}, {"sign", sign_of(status)}});
}

std::optional<HealthStatus> status_of_icon(std::string_view name) {
  for (auto status = HealthStatus::healthy;;
       status = static_cast<HealthStatus>(static_cast<int>(status) + 1)) {
    if (name == "icon-" + std::string{to_string(status)} + ".svg") return status;
    if (status == HealthStatus::unhealthy) return std::nullopt;
  }
}

}  // namespace

std::string filled(std::string_view file,
                   std::initializer_list<std::pair<std::string_view, std::string_view>> values) {
  auto text = page_file(file);
  std::string out;
  while (true) {
    const auto begin = text.find("{{");
    const auto end = begin == text.npos ? begin : text.find("}}", begin);
    if (end == text.npos) return out.append(text);
    out += text.substr(0, begin);
    const auto name = text.substr(begin + 2, end - begin - 2);
    const auto* const value =
        std::ranges::find(values, name, &std::pair<std::string_view, std::string_view>::first);
    if (value != values.end()) out += value->second;
    text.remove_prefix(end + 2);
  }
}

std::string html(std::string_view text) {
  using Entity = std::pair<char, std::string_view>;
  constexpr std::array<Entity, 5> entities{
      {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}}};
  std::string out;
  for (const char c : heartbeat::printable(text)) {
    const auto* entity = std::ranges::find(entities, c, &Entity::first);
    out += entity == entities.end() ? std::string_view{&c, 1} : entity->second;
  }
  return out;
}

std::string_view sign_of(HealthStatus status) {
  constexpr std::array<std::string_view, 5> signs{"✓", "…", "!", "?", "✗"};
  return signs[static_cast<std::size_t>(status)];
}

bool is_page_file(std::string_view name) {
  return name == "style.css" || name == "script.js" || status_of_icon(name).has_value();
}

PageFile served_page_file(std::string_view name) {
  if (const auto status = status_of_icon(name)) return {"image/svg+xml", icon_of(*status)};
  return {name == "style.css" ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8",
          std::string{page_file(name)}};
}

}  // namespace probe::http
