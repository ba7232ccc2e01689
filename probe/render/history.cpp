#include "render/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "document/names.hpp"
#include "document/text.hpp"
#include "document/time.hpp"

namespace probe {
namespace {

using heartbeat::format_duration;
using heartbeat::format_timestamp;
using heartbeat::WallTime;
using std::chrono::milliseconds;
using ReportJson = nlohmann::ordered_json;

constexpr std::chrono::hours longest_span{31 * 24};
constexpr std::array<std::string_view, HistoryReport::spans.size()> span_names{"24h", "7d", "30d"};
// An observer writes every 10 s that it still watches.
constexpr std::chrono::seconds unwritten{30};

/// The end of what can be known.
WallTime end_of(const History& history, WallTime now) {
  auto last = WallTime::min();
  for (const auto& watch : history.watches) last = std::max(last, watch.to);
  const bool is_recent = last > now - unwritten && last < now + unwritten;
  return is_recent ? last : now;
}

milliseconds duration_of(const Period& period) { return period.to - period.from; }

}  // namespace

std::optional<milliseconds> parse_span(std::string_view text) {
  std::optional<milliseconds> span;
  if (text.ends_with('d')) {
    if (const auto days = heartbeat::parse_integer<unsigned>(text.substr(0, text.size() - 1)))
      span = std::chrono::hours{24} * std::min(*days, 1000U);
  } else {
    span = heartbeat::parse_duration(text);
  }
  if (!span || *span <= milliseconds{0} || *span > longest_span) return std::nullopt;
  return span;
}

std::vector<HistoryReport> history_reports(const History& history, std::string_view service,
                                           milliseconds span, WallTime now,
                                           const ExitPolicy& exit_policy) {
  const bool is_replica = !heartbeat::split_member(service).second.empty();
  const auto names = is_replica ? std::vector{std::string{service}} : members_in(history);
  const auto end = end_of(history, now);
  std::vector<HistoryReport> reports;
  for (const auto& name : names) {
    HistoryReport report{.service = name, .periods = timeline(history, name, end - span, end)};
    const bool is_known = std::ranges::any_of(
        report.periods, [](const Period& period) { return period.reason.has_value(); });
    if (!is_known) continue;
    for (std::size_t i = 0; i < report.uptimes.size(); ++i)
      report.uptimes[i] =
          uptime(timeline(history, name, end - HistoryReport::spans[i], end), exit_policy);
    reports.push_back(std::move(report));
  }
  return reports;
}

std::string percentage(const Uptime& uptime) {
  if (uptime.watched.count() == 0) return "unknown";
  const auto hundredths = uptime.up.count() * 10'000 / uptime.watched.count();
  return fmt::format("{}.{:02}%", hundredths / 100, hundredths % 100);
}

std::string history_text(const HistoryReport& report) {
  auto out = heartbeat::printable(report.service) + ":";
  for (std::size_t i = 0; i < report.uptimes.size(); ++i)
    out +=
        fmt::format("{} up {} of {} watched in {}", i > 0 ? "," : "", percentage(report.uptimes[i]),
                    format_duration(report.uptimes[i].watched), span_names[i]);
  out += '\n';
  for (const auto& period : report.periods) {
    const auto state = period.reason
                           ? fmt::format("{} [{}]", to_string(health_status_of(*period.reason)),
                                         to_string(*period.reason))
                           : std::string{"not watched"};
    const bool has_cause = period.reason && period.reason != Reason::healthy;
    const auto line = fmt::format("{}  {:24} {:8} {}", format_timestamp(period.from), state,
                                  format_duration(duration_of(period)),
                                  has_cause ? heartbeat::printable(period.text) : std::string{});
    out.append(line, 0, line.find_last_not_of(' ') + 1).append("\n");
  }
  return out;
}

std::string history_json(const HistoryReport& report) {
  ReportJson json{{"service", report.service}, {"uptime", ReportJson::object()}};
  for (std::size_t i = 0; i < report.uptimes.size(); ++i) {
    const auto& [watched, up] = report.uptimes[i];
    auto& one = json["uptime"][std::string{span_names[i]}];
    one = {{"watched_ms", watched.count()}, {"up_ms", up.count()}, {"ratio", nullptr}};
    if (watched.count() > 0)
      one["ratio"] = static_cast<double>(up.count()) / static_cast<double>(watched.count());
  }
  json["periods"] = ReportJson::array();
  for (const auto& [from, to, reason, text] : report.periods) {
    ReportJson one{{"from", format_timestamp(from)},
                   {"to", format_timestamp(to)},
                   {"verdict", nullptr},
                   {"reason", nullptr}};
    if (reason) {
      one["verdict"] = to_string(health_status_of(*reason));
      one["reason"] = to_string(*reason);
      one["text"] = heartbeat::printable(text);
    }
    json["periods"].push_back(std::move(one));
  }
  return json.dump(-1, ' ', false, ReportJson::error_handler_t::replace) + "\n";
}

}  // namespace probe
