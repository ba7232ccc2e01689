#include "http/board_log.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "document/text.hpp"
#include "document/time.hpp"

namespace probe::http {
namespace {

using heartbeat::format_timestamp;
using EventJson = nlohmann::ordered_json;

std::string event(heartbeat::WallTime at, std::string_view name, const EventJson& fields) {
  EventJson json{{"time", format_timestamp(at)}, {"event", name}};
  json.update(fields);
  return json.dump(-1, ' ', false, EventJson::error_handler_t::replace) + "\n";
}

}  // namespace

std::string started_line(std::string_view address, std::string_view source, heartbeat::WallTime at,
                         Format format) {
  const auto reads = heartbeat::printable(source);
  if (format == Format::json) return event(at, "started", {{"listen", address}, {"reads", reads}});
  return fmt::format("{} healthboard listens on {}, reads {}\n", format_timestamp(at), address,
                     reads);
}

std::string BoardLog::counted_line(const ReadingChanges& changes) const {
  Counts counts{};
  for (const auto& change : changes.verdicts)
    if (change.to && change.service != all_services)
      ++counts[static_cast<std::size_t>(health_status_of(*change.to))];
  const auto at = changes.verdicts.front().at;
  if (format_ == Format::json) {
    auto fields = EventJson::object();
    for (auto i = counts.size(); i-- > 0;)
      if (counts[i] != 0) fields[std::string{to_string(static_cast<HealthStatus>(i))}] = counts[i];
    return event(at, "services", fields);
  }
  const auto text = counts == Counts{} ? "no service" : counted(counts);
  return fmt::format("{} found {}\n", format_timestamp(at), text);
}

std::string BoardLog::history_line(const std::optional<Problem>& problem,
                                   heartbeat::WallTime at) const {
  if (problem) return line("history-in-memory", "history is kept in memory only", *problem, at);
  return format_ == Format::json ? event(at, "history-in-redis", EventJson::object())
                                 : format_timestamp(at) + " history is written to Redis again\n";
}

std::string BoardLog::silences_unknown(const Problem& problem, heartbeat::WallTime at) const {
  return line("silences-unknown", "silences cannot be read, and nothing is silenced", problem, at);
}

std::string BoardLog::line(std::string_view name, std::string_view words, const Problem& problem,
                           heartbeat::WallTime at) const {
  const auto why = heartbeat::printable(problem.what, max_output);
  if (format_ == Format::json)
    return event(at, name, {{"reason", to_string(problem.reason)}, {"text", why}});
  return fmt::format("{} {} [{}]: {}\n", format_timestamp(at), words, to_string(problem.reason),
                     why);
}

std::string BoardLog::lines(const ReadingChanges& changes) {
  std::string out;
  if (changes.redis) out += change_line(*changes.redis, format_);
  const bool is_first = !has_counted_ && !changes.verdicts.empty();
  has_counted_ = has_counted_ || is_first;
  if (is_first) out += counted_line(changes);
  for (const auto& change : changes.verdicts)
    if (!is_first || change.to != Reason::healthy) out += change_line(change, format_);
  return out;
}

}  // namespace probe::http
