#include <fmt/format.h>

#include <algorithm>

#include "document/document.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "http/page.hpp"
#include "http/template.hpp"
#include "render/checks.hpp"
#include "render/history.hpp"

namespace probe::http {
namespace {

using namespace std::chrono_literals;
using heartbeat::CheckState;
using heartbeat::format_duration;

constexpr auto shown_span = 24h;
constexpr std::size_t most_changes = 50;

/// The status that a check in this state gives its service.
HealthStatus status_of_check(const heartbeat::CheckReport& check) {
  if (check.state == CheckState::waiting) return HealthStatus::starting;
  if (check.state != CheckState::fail) return HealthStatus::healthy;
  return check.severity == heartbeat::Severity::critical ? HealthStatus::unhealthy
                                                         : HealthStatus::degraded;
}

/// The check in words, behind its name.
std::string without_name(const heartbeat::CheckReport& check, const heartbeat::Document& document) {
  auto text = heartbeat::describe(check, document.written_at);
  if (text.starts_with(check.name + ' ')) text.erase(0, check.name.size() + 1);
  return text;
}

std::string checks_table(const Verdict& verdict) {
  if (!verdict.document || verdict.document->checks.empty()) return {};
  const auto& document = *verdict.document;
  std::string rows;
  for (const auto* check : worst_first(document.checks)) {
    const auto status = status_of_check(*check);
    rows += filled("check.html", {{"status", to_string(status)},
                                  {"sign", sign_of(status)},
                                  {"name", html(check->name)},
                                  {"state", heartbeat::to_string(check->state)},
                                  {"text", html(without_name(*check, document))},
                                  {"since", check->since ? time_element(*check->since) : ""}});
  }
  const std::string_view note = note_on_age(verdict);
  return filled("checks.html",
                {{"note", note.empty() ? "" : fmt::format("<p>{}</p>\n", note)}, {"rows", rows}});
}

void add_fact(std::string& facts, std::string_view name, const std::string& value) {
  if (!value.empty()) facts += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
}

std::string writer_of(const heartbeat::Document& document) {
  std::string facts;
  if (const auto& instance = document.instance) {
    add_fact(facts, "Host", html(instance->host));
    add_fact(facts, "Process", std::to_string(instance->pid));
  }
  if (document.sequence) add_fact(facts, "Sequence", std::to_string(*document.sequence));
  if (document.started_at) add_fact(facts, "Started", time_element(*document.started_at));
  if (document.written_at) add_fact(facts, "Written", time_element(*document.written_at));
  if (document.interval) add_fact(facts, "Interval", format_duration(*document.interval));
  if (const auto& writer = document.writer) {
    add_fact(facts, "Late beats", std::to_string(writer->late_beats));
    add_fact(facts, "Failed writes", std::to_string(writer->failed_writes));
    add_fact(facts, "Reconnects", std::to_string(writer->reconnects));
    add_fact(facts, "Vanished keys", std::to_string(writer->vanished));
    add_fact(facts, "Last error", html(writer->last_error));
    add_fact(facts, "File", html(writer->file_error));
    add_fact(facts, "Pause", html(writer->lapse));
    add_fact(facts, "Rival", html(writer->rival));
    add_fact(facts, "Dates", html(writer->dates_error));
  }
  return facts.empty() ? facts : "<h3>Writer</h3>\n<dl>\n" + facts + "</dl>\n";
}

/// A picture of the periods: bars in the colour of each state, the healthy ones lower.
std::string strip_of(const HistoryReport& report) {
  const auto begin = report.periods.front().from;
  const auto tenth = [&](WallTime time) {
    return std::chrono::duration_cast<std::chrono::seconds>(time - begin).count() / 8;
  };
  std::string bars;
  for (const auto& period : report.periods) {
    if (!period.reason) continue;
    const bool is_healthy = period.reason == Reason::healthy;
    bars += fmt::format(
        "<rect class=\"{}\" x=\"{}\" width=\"{}\" y=\"{}\" height=\"{}\"/>",
        to_string(health_status_of(*period.reason)), tenth(period.from),
        std::max<std::int64_t>(tenth(period.to) - tenth(period.from), is_healthy ? 0 : 20),
        is_healthy ? 24 : 0, is_healthy ? 16 : 40);
  }
  std::string changes;
  const auto count = std::min(report.periods.size(), most_changes);
  for (std::size_t i = 0; i < count; ++i) {
    const auto& period = report.periods[report.periods.size() - 1 - i];
    const auto status = period.reason ? health_status_of(*period.reason) : HealthStatus::unknown;
    changes += filled("change.html",
                      {{"status", period.reason ? to_string(status) : "unwatched"},
                       {"sign", period.reason ? sign_of(status) : ""},
                       {"state", period.reason ? to_string(*period.reason) : "not watched"},
                       {"from", time_element(period.from)},
                       {"lasted", format_duration(period.to - period.from)},
                       {"text", period.reason == Reason::healthy ? "" : html(period.text)}});
  }
  const auto uptime = [&](std::size_t i) {
    return percentage(report.uptimes[i]) + " of " + format_duration(report.uptimes[i].watched);
  };
  return filled("strip.html", {{"bars", bars},
                               {"changes", changes},
                               {"day", uptime(0)},
                               {"week", uptime(1)},
                               {"month", uptime(2)}});
}

std::string section(const Verdict& verdict, const FleetSnapshot& snapshot,
                    std::span<const HistoryReport> reports) {
  const auto* const report =
      std::ranges::find(reports, verdict.service, &HistoryReport::service).base();
  const bool has_history = report != reports.data() + reports.size();
  return filled("service.html",
                {{"status", to_string(verdict.status())},
                 {"name", html(verdict.service)},
                 {"sign", sign_of(verdict.status())},
                 {"reason", reason_text(verdict)},
                 {"silence", silence_paragraph(verdict)},
                 {"text", html(verdict.text)},
                 {"since", since_text(snapshot, verdict)},
                 {"beat", beat_text(verdict)},
                 {"checks", checks_table(verdict)},
                 {"strip", has_history ? strip_of(*report) : "<p>Nothing is known.</p>\n"},
                 {"writer", verdict.document ? writer_of(*verdict.document) : ""}});
}

}  // namespace

std::string service_page(std::string_view service, const FleetSnapshot& snapshot,
                         const History& history) {
  const auto& known = known_of(snapshot);
  auto verdicts = verdicts_on(service, known);
  if (verdicts.empty()) verdicts = verdicts_on(service, snapshot);
  const auto reports =
      history_reports(history, service, shown_span, snapshot.query.now, snapshot.query.exit_policy);
  std::string body;
  auto worst =
      verdicts.empty() || snapshot.report.problem ? HealthStatus::unknown : HealthStatus::healthy;
  for (const auto* verdict : worst_first(verdicts)) {
    worst = std::max(worst, verdict->status());
    body += section(*verdict, known, reports);
  }
  const auto name = html(service);
  const auto head = fmt::format("<p><a href=\"../\">All services</a></p>\n<h1>{}</h1>\n", name);
  const auto when = heartbeat::format_timestamp(snapshot.query.now);
  return filled(
      "frame.html",
      {{"title", fmt::format("{} {} {} - health", sign_of(worst), name, to_string(worst))},
       {"root", "../"},
       {"worst", to_string(worst)},
       {"head", head},
       {"time", when},
       {"alert", alert_of(snapshot)},
       {"filter", ""},
       {"body", body}});
}

}  // namespace probe::http
