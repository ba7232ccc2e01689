#include "http/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "core/lasted.hpp"
#include "core/silence.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "http/template.hpp"
#include "render/render.hpp"

namespace probe::http {
namespace {

constexpr std::string_view not_healthy = "not-healthy";
constexpr std::size_t smallest_group = 3;
constexpr std::string_view other_group = "other";

bool contains(std::string_view name, std::string_view part) {
  return std::ranges::search(name, part, {}, heartbeat::lower, heartbeat::lower).begin() !=
             name.end() ||
         part.empty();
}

bool is_shown(const Verdict& verdict, const PageFilter& filter) {
  const auto status = to_string(verdict.status());
  const bool has_state = filter.state.empty() || filter.state == status ||
                         (filter.state == not_healthy && verdict.reason != Reason::healthy);
  return has_state && contains(verdict.service, filter.name);
}

std::string failing_item(const Verdict& verdict, const FleetSnapshot& snapshot) {
  const bool is_all = verdict.service == all_services;
  const auto name = is_all ? std::string{"all services"} : html(verdict.service);
  return filled(is_all ? "failing_all.html" : "failing.html",
                {{"status", to_string(verdict.status())},
                 {"name", name},
                 {"sign", sign_of(verdict.status())},
                 {"quiet", verdict.silence ? " silenced" : ""},
                 {"reason", reason_text(verdict)},
                 {"silence", silence_paragraph(verdict)},
                 {"text", html(verdict.text)},
                 {"since", since_text(snapshot, verdict)},
                 {"beat", beat_text(verdict)}});
}

/// The part of the name before its last separator: `worker` of `worker-1` and of `worker:a`.
std::string_view group_of(std::string_view name) {
  const auto end = name.find_last_of("-_.:");
  return end == name.npos || end == 0 ? name : name.substr(0, end);
}

std::string healthy_list(const std::vector<const Verdict*>& healthy) {
  std::map<std::string_view, std::vector<const Verdict*>> groups;
  for (const auto* verdict : healthy) groups[group_of(verdict->service)].push_back(verdict);
  std::vector<const Verdict*> others;
  std::erase_if(groups, [&](auto& group) {
    if (group.second.size() >= smallest_group) return false;
    others.insert(others.end(), group.second.begin(), group.second.end());
    return true;
  });
  const auto list = [](const std::vector<const Verdict*>& verdicts) {
    std::string items;
    for (const auto* verdict : verdicts)
      items += fmt::format("<li><a href=\"service/{0}\">{0}</a></li>\n", html(verdict->service));
    return "<ul class=\"compact\">\n" + items + "</ul>\n";
  };
  if (groups.empty()) return others.empty() ? std::string{} : list(others);
  std::string out;
  const auto add = [&](std::string_view group, const std::vector<const Verdict*>& verdicts) {
    out +=
        fmt::format("<details open id=\"group-{0}\"><summary>{0} ({1})</summary>\n{2}</details>\n",
                    html(group), verdicts.size(), list(verdicts));
  };
  for (const auto& [group, verdicts] : groups) add(group, verdicts);
  if (!others.empty()) add(other_group, others);
  return out;
}

std::string filter_form(const PageFilter& filter) {
  using Choice = std::pair<std::string_view, std::string_view>;
  constexpr std::array<Choice, 7> states{{{"", "all"},
                                          {not_healthy, "not healthy"},
                                          {"unhealthy", "unhealthy"},
                                          {"unknown", "unknown"},
                                          {"degraded", "degraded"},
                                          {"starting", "starting"},
                                          {"healthy", "healthy"}}};
  std::string options;
  for (const auto& [value, text] : states)
    options += fmt::format("<option value=\"{}\"{}>{}</option>", value,
                           value == filter.state ? " selected" : "", text);
  return filled("filter.html", {{"name", html(filter.name)}, {"states", options}});
}

std::string summary_of(Verdicts verdicts) {
  const auto count = [&](bool is_silenced) {
    return std::ranges::count_if(verdicts, [&](const auto& verdict) {
      return verdict.status() != HealthStatus::healthy &&
             (verdict.silence != nullptr) == is_silenced;
    });
  };
  const auto bad = count(false);
  const auto silenced = count(true);
  const bool is_nameless = verdicts.size() == 1 && verdicts[0].service == all_services;
  return verdicts.empty() || is_nameless ? std::string{"no service"}
         : bad + silenced == 0           ? fmt::format("all {} healthy", verdicts.size())
                               : fmt::format("{} of {} not healthy", bad, verdicts.size()) +
                                     (silenced == 0 ? "" : fmt::format(", {} silenced", silenced));
}

}  // namespace

const FleetSnapshot& known_of(const FleetSnapshot& snapshot) {
  return snapshot.report.problem && snapshot.last_known ? *snapshot.last_known : snapshot;
}

std::string time_element(WallTime time) {
  return fmt::format("<time datetime=\"{0}\">{0}</time>", heartbeat::format_timestamp(time));
}

std::string since_text(const FleetSnapshot& snapshot, const Verdict& verdict) {
  if (!snapshot.states) return {};
  const auto& states = *snapshot.states;
  const auto found =
      std::ranges::lower_bound(states, verdict.service, {}, &ChangeDetector::LastState::service);
  if (found == states.end() || found->service != verdict.service) return {};
  const auto& [at, is_exact] = found->since;
  const auto begun = is_exact ? std::nullopt : lasted(verdict);
  const auto since = begun ? std::min(at, snapshot.query.now - *begun) : at;
  return (is_exact || since < at ? "Since " : "Since before ") + time_element(since) + ". ";
}

std::string reason_text(const Verdict& verdict) {
  if (to_string(verdict.reason) == to_string(verdict.status())) return {};
  return fmt::format(" [{}]", to_string(verdict.reason));
}

std::string beat_text(const Verdict& verdict) {
  if (!verdict.age) return {};
  return fmt::format(
      "Last beat {} ago{}.", heartbeat::format_duration(*verdict.age),
      verdict.limit ? ", limit " + heartbeat::format_duration(*verdict.limit) : std::string{});
}

std::string silence_paragraph(const Verdict& verdict) {
  if (!verdict.silence) return {};
  const auto& [name, until, by, reason] = *verdict.silence;
  return fmt::format("<p>Silenced until {} by {}{}</p>\n", time_element(until), html(by),
                     reason.empty() ? "." : ": " + html(reason));
}

std::string alert_of(const FleetSnapshot& snapshot) {
  const auto& problem = snapshot.report.problem;
  if (!problem) return {};
  const auto old = snapshot.last_known
                       ? "<p>What is below was known at " +
                             time_element(snapshot.last_known->query.now) + ", and may be old.</p>"
                       : std::string{};
  return fmt::format("<div class=\"alert\" role=\"alert\"><strong>{}:</strong> {}{}</div>\n",
                     is_redis_trouble(problem->reason) ? "Redis is unreachable or returns an error"
                                                       : "The services cannot be read",
                     html(problem->what), old);
}

std::string page(const FleetSnapshot& snapshot, const PageFilter& filter) {
  const auto& known = known_of(snapshot);
  const auto& verdicts = known.report.verdicts;
  std::string failing;
  std::vector<const Verdict*> healthy;
  Counts counts{};
  auto worst = snapshot.report.problem ? HealthStatus::unknown : HealthStatus::healthy;
  for (const auto* verdict : worst_first(verdicts)) {
    ++counts[static_cast<std::size_t>(verdict->status())];
    if (!verdict->silence) worst = std::max(worst, verdict->status());
    if (!is_shown(*verdict, filter)) continue;
    if (verdict->reason == Reason::healthy)
      healthy.push_back(verdict);
    else
      failing += failing_item(*verdict, known);
  }
  const auto summary = summary_of(verdicts);
  std::string body;
  if (!failing.empty())
    body += "<h2>Not healthy</h2>\n<ul class=\"failing\">\n" + failing + "</ul>\n";
  if (!healthy.empty())
    body += fmt::format("<h2>Healthy ({})</h2>\n{}", healthy.size(), healthy_list(healthy));
  if (body.empty()) body = "<p>No service is like that.</p>\n";
  const auto head =
      fmt::format("<h1>Health: {}{}</h1>\n<p>{}</p>\n",
                  &known == &snapshot ? "" : "last known: ", summary, counted(counts));
  const auto when = heartbeat::format_timestamp(snapshot.query.now);
  return filled("frame.html", {{"title", fmt::format("{} {} - health", sign_of(worst), summary)},
                               {"root", ""},
                               {"worst", to_string(worst)},
                               {"head", head},
                               {"time", when},
                               {"alert", alert_of(snapshot)},
                               {"filter", filter_form(filter)},
                               {"body", body}});
}

}  // namespace probe::http
