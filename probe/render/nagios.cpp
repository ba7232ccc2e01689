#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "document/text.hpp"
#include "render/render.hpp"

namespace probe {
namespace {

using heartbeat::CheckReport;
using heartbeat::CheckState;
using heartbeat::Comparison;
using heartbeat::Kind;

// The limits of the first line: its text, and its figures.
constexpr std::size_t max_text_bytes = 1024;
constexpr std::size_t max_figure_bytes = 2048;
// Room for the line that counts the services without a line.
constexpr std::size_t reserve_for_omitted = 80;

constexpr std::array state_names{"OK", "WARNING", "CRITICAL", "UNKNOWN"};

// A bar would begin the figures.
std::string without_bars(std::string text) {
  std::ranges::replace(text, '|', '/');
  return text;
}

// The range that raises no alert, in the notation of the plugins' guidelines. A count is a whole
// number: "<5" means at most 4. An age or a rate is never below 0.
std::string range(const CheckReport& check, double limit) {
  const bool whole = check.kind == Kind::count;
  const bool below_zero = check.kind == Kind::gauge;
  const auto text = format_number(limit);
  switch (check.comparison) {
    case Comparison::less:
      if (whole) return format_number(std::max(0.0, limit - 1));
      [[fallthrough]];
    case Comparison::less_equal:
      return (below_zero ? "~:" : "") + text;
    case Comparison::greater:
      return whole ? format_number(limit + 1) + ":" : "@~:" + text;
    case Comparison::greater_equal:
      return text + ":";
    case Comparison::equal:
      return text + ":" + text;
    case Comparison::not_equal:
      return "@" + text + ":" + text;
  }
  return {};
}

std::string figure(const std::string& label, const std::string& value, const char* unit,
                   const std::string& warning, const std::string& critical) {
  const auto* quote = label.find(' ') == label.npos ? "" : "'";
  return fmt::format("{0}{1}{0}={2}{3};{4};{5}", quote, label, value, unit, warning, critical);
}

std::string label_from(std::string_view name) {
  auto label = without_bars(heartbeat::printable(name));
  std::ranges::replace_if(label, [](char c) { return c == '=' || c == '\''; }, '_');
  return label;
}

std::string figure_of(const CheckReport& check, const std::string& label_prefix) {
  const auto value = number_in(check.value);
  const auto limit = number_in(check.limit);
  // Outside its schedule a check raises no alert.
  const bool alerts = limit && check.state != CheckState::suppressed;
  const auto threshold = alerts ? range(check, *limit) : "";
  const bool critical = check.severity == heartbeat::Severity::critical;
  return figure(label_prefix + label_from(check.name), value ? format_number(*value) : "U",
                value && check.kind == Kind::age ? "s" : "", critical ? "" : threshold,
                critical ? threshold : "");
}

void add_figures(std::string& out, const Verdict& verdict, bool one_of_several) {
  const auto label_prefix = one_of_several ? verdict.service + "." : "";
  const auto add = [&out](const std::string& text) {
    if (out.size() + text.size() + 1 <= max_figure_bytes) out += (out.empty() ? "" : " ") + text;
  };
  if (verdict.age)
    add(figure(label_prefix + "beat_age", format_seconds(*verdict.age), "s", "",
               verdict.limit ? format_seconds(*verdict.limit) : ""));
  if (!verdict.document) return;
  for (const auto& check : verdict.document->checks) add(figure_of(check, label_prefix));
}

std::string summary(Verdicts verdicts, const ExitPolicy& exit_policy) {
  if (verdicts.size() == 1) return text_line(verdicts.front(), max_text_bytes);
  std::string names;
  std::size_t bad = 0;
  for (const auto& verdict : verdicts) {
    if (exit_status(verdict, exit_policy) == 0) continue;
    ++bad;
    names += (names.empty() ? ": " : ", ") + verdict.service;
  }
  if (bad == 0) return fmt::format("all {} services are well", verdicts.size());
  return heartbeat::truncate(
      fmt::format("{} of {} services are not well{}", bad, verdicts.size(), names), max_text_bytes);
}

}  // namespace

std::string nagios_report(Verdicts verdicts, const ExitPolicy& exit_policy) {
  if (verdicts.empty()) return "HEALTHPROBE UNKNOWN: no service to ask about\n";
  const auto state = static_cast<std::size_t>(nagios_status(verdicts, exit_policy));
  auto head =
      fmt::format("HEALTHPROBE {}: {}", state_names.at(state), summary(verdicts, exit_policy));
  if (head.ends_with('\n')) head.pop_back();
  std::string figures;
  for (const auto& verdict : verdicts) add_figures(figures, verdict, verdicts.size() > 1);
  auto out = without_bars(std::move(head)) + (figures.empty() ? "" : " | ") + figures + "\n";
  if (verdicts.size() == 1) return out;

  const auto room =
      max_output - reserve_for_omitted - std::min(out.size(), max_output - reserve_for_omitted);
  const auto share = room / verdicts.size();
  std::size_t omitted = 0;
  for (const auto* verdict : worst_first(verdicts)) {
    const auto line = without_bars(text_line(*verdict, std::max<std::size_t>(share, 120)));
    if (omitted > 0 || out.size() + line.size() > max_output - reserve_for_omitted)
      ++omitted;
    else
      out += line;
  }
  return omitted == 0 ? out : out + fmt::format("... and {} more, none of them worse\n", omitted);
}

}  // namespace probe
