#include "render/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document/text.hpp"

namespace probe {
namespace {

using heartbeat::printable;

std::string in_milliseconds(std::chrono::microseconds duration) {
  const auto hundredths = (duration.count() + 5) / 10;
  return fmt::format("{}.{:02} ms", hundredths / 100, hundredths % 100);
}

std::size_t widest(const std::vector<EffectiveSetting>& settings,
                   std::string EffectiveSetting::* column) {
  constexpr std::size_t max_width = 60;
  std::size_t width = 0;
  for (const auto& setting : settings) width = std::max(width, printable(setting.*column).size());
  return std::min(width, max_width);
}

}  // namespace

std::string render(const Explanation& explanation) {
  std::string text = "settings\n";
  const auto& settings = explanation.settings;
  const auto names = widest(settings, &EffectiveSetting::name);
  const auto values = widest(settings, &EffectiveSetting::value);
  for (const auto& [name, value, origin] : settings)
    text += fmt::format("  {:<{}}  {:<{}}  {}\n", printable(name), names, printable(value), values,
                        printable(origin));
  text += "steps\n";
  for (const auto& [at, took, what, outcome] : explanation.steps)
    text +=
        fmt::format("  {:>10}  {}: {} (took {})\n", in_milliseconds(at), printable(what),
                    outcome.empty() ? "not finished" : printable(outcome), in_milliseconds(took));
  if (explanation.steps.empty()) text += "  none\n";
  return text;
}

}  // namespace probe
