#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "document/text.hpp"
#include "document/time.hpp"
#include "render/render.hpp"

namespace probe {
namespace {

using heartbeat::format_timestamp;
using heartbeat::printable;
using Json = nlohmann::ordered_json;

/// `>4m12s`: the state may have begun before the first reading.
std::string time_in_state(const FoundSince& since, heartbeat::WallTime until) {
  return (since.is_exact ? "" : ">") +
         heartbeat::format_duration(std::max(until - since.at, std::chrono::milliseconds{0}));
}

std::string words_of(const VerdictChange& change) {
  const auto before = change.from && change.was
                          ? fmt::format(" (was {} for {})", to_string(*change.from),
                                        time_in_state(*change.was, change.at))
                          : std::string{};
  const auto name = printable(change.service);
  if (!change.to) return fmt::format("{} is gone{}\n", name, before);
  return fmt::format("{} {} [{}]: {}{}\n", name, to_string(health_status_of(*change.to)),
                     to_string(*change.to), printable(change.text, max_output), before);
}

std::string words_of(const RedisChange& change) {
  if (const auto& problem = change.problem)
    return fmt::format("{} [{}]: {}\n",
                       is_redis_trouble(problem->reason) ? "Redis is lost" : "services are unknown",
                       to_string(problem->reason), printable(problem->what, max_output));
  return fmt::format("Redis answers again after {}\n",
                     change.lost_since ? time_in_state(*change.lost_since, change.at) : "an error");
}

Json fields_of(const VerdictChange& change) {
  const auto name = [](std::optional<Reason> reason) {
    return reason ? Json(to_string(*reason)) : Json();
  };
  Json json{{"event", change.to ? "verdict" : "gone"}, {"service", change.service}};
  if (change.to) json["verdict"] = to_string(health_status_of(*change.to));
  json["from"] = name(change.from);
  json["to"] = name(change.to);
  if (change.was) {
    json["from_since"] = format_timestamp(change.was->at);
    json["from_since_exact"] = change.was->is_exact;
  }
  if (change.to) json["text"] = printable(change.text, max_output);
  return json;
}

Json fields_of(const RedisChange& change) {
  if (const auto& problem = change.problem)
    return {{"event", "redis-lost"},
            {"reason", to_string(problem->reason)},
            {"text", printable(problem->what, max_output)}};
  Json json{{"event", "redis-found"}};
  if (change.lost_since) json["lost_since"] = format_timestamp(change.lost_since->at);
  return json;
}

template <typename Change>
std::string log_line(const Change& change, Format format) {
  const auto time = format_timestamp(change.at);
  if (format != Format::json) return time + ' ' + words_of(change);
  Json json{{"time", time}};
  json.update(fields_of(change));
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string change_line(const VerdictChange& change, Format format) {
  return log_line(change, format);
}

std::string change_line(const RedisChange& change, Format format) {
  return log_line(change, format);
}

}  // namespace probe
