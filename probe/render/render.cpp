#include "render/render.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "document/text.hpp"

namespace probe {
namespace {

// A shorter line says too little.
constexpr std::size_t min_share = 120;
// Room for the line that counts the verdicts without a line.
constexpr std::size_t reserve_for_count = 120;

std::size_t share_of(std::size_t bytes, std::size_t lines) {
  return std::max(min_share, bytes / std::max<std::size_t>(1, lines));
}

std::string line(const Verdict& verdict, Format format, const ExitPolicy& exit_policy,
                 std::size_t share) {
  return format == Format::json ? json_line(verdict, exit_status(verdict, exit_policy), share)
                                : text_line(verdict, share);
}

std::string lines(Verdicts verdicts, Format format, const ExitPolicy& exit_policy) {
  for (const auto share : {max_output, share_of(max_output, verdicts.size())}) {
    std::string out;
    for (const auto& verdict : verdicts) {
      out += line(verdict, format, exit_policy, share);
      if (out.size() > max_output) break;
    }
    if (out.size() <= max_output) return out;
  }

  auto shown = worst_first(verdicts);
  Counts omitted{};
  for (; !shown.empty() && shown.back()->status() == HealthStatus::healthy; shown.pop_back())
    ++omitted[static_cast<std::size_t>(HealthStatus::healthy)];

  const auto room = max_output - reserve_for_count;
  const auto share = share_of(room, shown.size());
  std::string out;
  for (const auto* verdict : shown) {
    const auto next = line(*verdict, format, exit_policy, share);
    if (out.size() + next.size() <= room)
      out += next;
    else
      ++omitted[static_cast<std::size_t>(verdict->status())];
  }
  return out + (format == Format::json ? json_count(omitted) : text_count(omitted));
}

std::string in_milliseconds(std::chrono::microseconds duration) {
  const auto hundredths = (duration.count() + 5) / 10;
  return fmt::format("{}.{:02} ms", hundredths / 100, hundredths % 100);
}

std::size_t widest(const std::vector<EffectiveSetting>& settings,
                   std::string EffectiveSetting::* column) {
  constexpr std::size_t max_width = 60;
  std::size_t width = 0;
  for (const auto& setting : settings)
    width = std::max(width, heartbeat::printable(setting.*column).size());
  return std::min(width, max_width);
}

}  // namespace

std::string render(Verdicts verdicts, Format format, const ExitPolicy& exit_policy) {
  switch (format) {
    case Format::text:
    case Format::json:
      return lines(verdicts, format, exit_policy);
    case Format::nagios:
      return nagios_report(verdicts, exit_policy);
    case Format::prometheus:
      return prometheus_metrics(verdicts);
  }
  return {};
}

int exit_status_for(Format format, Verdicts verdicts, const ExitPolicy& exit_policy) noexcept {
  return format == Format::nagios ? nagios_status(verdicts, exit_policy)
                                  : exit_status(verdicts, exit_policy);
}

// Without fmt: each stage of a check makes one, for the watchdog.
std::string text_line(const Verdict& verdict, std::size_t bytes) {
  auto line = verdict.service + ' ';
  line.append(to_string(verdict.status())).append(" [").append(to_string(verdict.reason));
  line += "]: ";
  const auto room = std::max(bytes, line.size() + 1) - 1 - line.size();
  return line.append(heartbeat::printable(verdict.text, room)) += '\n';
}

std::string text_count(const Counts& omitted) {
  return "... and " + counted(omitted, "more ") + "\n";
}

std::string counted(const Counts& counts, std::string_view more) {
  std::string text;
  for (auto i = counts.size(); i-- > 0;)
    if (counts[i] != 0)
      text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", counts[i], more,
                          to_string(static_cast<HealthStatus>(i)));
  return text;
}

std::string format_number(double value) {
  // 2^53: a double holds every whole number up to it.
  constexpr double max_whole = 9'007'199'254'740'992;
  if (std::trunc(value) == value && std::abs(value) <= max_whole)
    return std::to_string(static_cast<std::int64_t>(value));
  return nlohmann::ordered_json(value).dump();
}

std::string format_seconds(std::chrono::milliseconds duration) {
  return format_number(static_cast<double>(duration.count()) / 1000);
}

std::optional<double> number_in(const heartbeat::Value& value) noexcept {
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? 1 : 0;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

std::string render(const Explanation& explanation) {
  std::string text = "settings\n";
  const auto& settings = explanation.settings;
  const auto names = widest(settings, &EffectiveSetting::name);
  const auto values = widest(settings, &EffectiveSetting::value);
  for (const bool is_default : {false, true})
    for (const auto& [name, value, origin] : settings)
      if ((origin == "default") == is_default)
        text += fmt::format("  {:<{}}  {:<{}}  {}\n", heartbeat::printable(name), names,
                            heartbeat::printable(value), values, heartbeat::printable(origin));
  text += "steps\n";
  for (const auto& [at, took, what, outcome] : explanation.steps)
    text += fmt::format(
        "  {:>10}  {}: {} (took {})\n", in_milliseconds(at), heartbeat::printable(what),
        outcome.empty() ? "not finished" : heartbeat::printable(outcome), in_milliseconds(took));
  if (explanation.steps.empty()) text += "  none\n";
  return text;
}

}  // namespace probe
