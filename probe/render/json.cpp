#include <nlohmann/json.hpp>

#include "document/document.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "render/render.hpp"

namespace probe {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_host_bytes = 64;
constexpr std::size_t max_id_bytes = 32;
constexpr std::size_t max_problem_bytes = 200;

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json number(std::optional<std::chrono::milliseconds> duration) {
  return duration ? Json(duration->count()) : Json();
}

Json instance(const heartbeat::Instance& instance) {
  using heartbeat::printable;
  using heartbeat::truncate;
  return {{"host", printable(instance.host, max_host_bytes)},
          {"pid", instance.pid},
          {"id", printable(instance.id, max_id_bytes)}};
}

Json checks_not_passing(const std::vector<heartbeat::CheckReport>& checks) {
  auto json = Json::object();
  for (const auto& check : checks)
    if (check.state != heartbeat::CheckState::pass)
      json.emplace(heartbeat::printable(check.name), to_string(check.state));
  return json;
}

void add_document(Json& json, const heartbeat::Document& document) {
  json["status"] = to_string(document.status);
  if (document.instance) json["instance"] = instance(*document.instance);
  if (document.sequence) json["sequence"] = *document.sequence;
  if (document.written_at) json["written_at"] = heartbeat::format_timestamp(*document.written_at);
  json["checks"] = checks_not_passing(document.checks);
}

}  // namespace

std::string json_line(const Verdict& verdict, int exit_status, std::size_t bytes) {
  const auto text = heartbeat::printable(verdict.text);
  Json json{{"service", verdict.service},
            {"verdict", to_string(verdict.status())},
            {"reason", to_string(verdict.reason)},
            {"exit", exit_status},
            {"text", text},
            {"age_ms", number(verdict.age)},
            {"max_age_ms", number(verdict.limit)},
            {"status", nullptr},
            {"instance", nullptr},
            {"sequence", nullptr},
            {"written_at", nullptr},
            {"checks", Json::object()}};
  if (verdict.document) add_document(json, *verdict.document);
  if (!verdict.file.empty()) json["source"] = "file";
  if (const auto& problem = verdict.redis_problem)
    json["redis"] = {{"reason", to_string(problem->reason)},
                     {"text", heartbeat::printable(problem->what, max_problem_bytes)}};

  auto line = line_of(json);
  if (line.size() > bytes) {
    json.erase("checks");
    line = line_of(json);
  }
  if (line.size() > bytes) {
    const auto excess = line.size() - bytes;
    json["text"] = heartbeat::truncate(text, text.size() - std::min(excess, text.size()));
    line = line_of(json);
  }
  if (line.size() > bytes) {
    for (const auto* name : {"instance", "sequence", "written_at", "redis"}) json.erase(name);
    line = line_of(json);
  }
  return line;
}

std::string json_count(const Counts& omitted) {
  auto counts = Json::object();
  for (auto i = omitted.size(); i-- > 0;)
    if (omitted[i] != 0) counts[std::string{to_string(static_cast<HealthStatus>(i))}] = omitted[i];
  return line_of({{"omitted", counts}});
}

}  // namespace probe
