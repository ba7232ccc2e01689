#include "render/render.hpp"

#include <algorithm>
#include <vector>

#include "render/lines.hpp"

namespace probe {
namespace {

// Below this a line does not say much.
constexpr std::size_t least_share = 120;
// For the line that counts the rest.
constexpr std::size_t reserve = 120;

std::size_t share_of(std::size_t bytes, std::size_t lines) {
  return std::max(least_share, bytes / std::max<std::size_t>(1, lines));
}

std::string line(const Verdict& verdict, Format format, const ExitPolicy& exit_policy,
                 std::size_t share) {
  return format == Format::json ? json_line(verdict, exit_status(verdict, exit_policy), share)
                                : text_line(verdict, share);
}

std::string count_line(const Counts& omitted, Format format) {
  return format == Format::json ? json_count(omitted) : text_count(omitted);
}

std::string lines(std::span<const Verdict> verdicts, Format format, const ExitPolicy& exit_policy) {
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
  for (; !shown.empty() && shown.back()->word() == Word::healthy; shown.pop_back())
    ++omitted[static_cast<std::size_t>(Word::healthy)];

  const auto room = max_output - reserve;
  const auto share = share_of(room, shown.size());
  std::string out;
  for (const auto* verdict : shown) {
    const auto next = line(*verdict, format, exit_policy, share);
    if (out.size() + next.size() <= room)
      out += next;
    else
      ++omitted[static_cast<std::size_t>(verdict->word())];
  }
  return out + count_line(omitted, format);
}

}  // namespace

std::optional<Format> format_from(std::string_view name) noexcept {
  if (name == "text") return Format::text;
  if (name == "json") return Format::json;
  if (name == "nagios") return Format::nagios;
  if (name == "prometheus") return Format::prometheus;
  return std::nullopt;
}

std::string render(std::span<const Verdict> verdicts, Format format,
                   const ExitPolicy& exit_policy) {
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

int exit_status_for(Format format, std::span<const Verdict> verdicts,
                    const ExitPolicy& exit_policy) noexcept {
  return format == Format::nagios ? nagios_status(verdicts, exit_policy)
                                  : exit_status(verdicts, exit_policy);
}

}  // namespace probe
