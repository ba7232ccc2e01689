#include "http/bodies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "document/document.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "render/render.hpp"

namespace probe::http {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string line(const Verdict& verdict, const ExitPolicy& exit_policy, Passing passing) {
  return json_line(verdict, exit_status(verdict, exit_policy), max_output, passing);
}

HealthStatus worst(Verdicts verdicts) {
  auto status = verdicts.empty() ? HealthStatus::unknown : HealthStatus::healthy;
  for (const auto& verdict : verdicts) status = std::max(status, verdict.status());
  return status;
}

std::string_view status_of(Verdicts verdicts, const ExitPolicy& exit_policy) {
  if (exit_status(verdicts, exit_policy) != 0) return "fail";
  return worst(verdicts) == HealthStatus::healthy ? "pass" : "warn";
}

std::string_view status_of(const heartbeat::CheckReport& check) {
  if (check.state != heartbeat::CheckState::fail)
    return check.state == heartbeat::CheckState::waiting ? "warn" : "pass";
  return check.severity == heartbeat::Severity::critical ? "fail" : "warn";
}

Json check_json(const heartbeat::CheckReport& check, const heartbeat::Document& document) {
  Json json{{"componentType", "component"}};
  if (const auto* truth = std::get_if<bool>(&check.value)) json["observedValue"] = *truth;
  if (const auto* number = std::get_if<double>(&check.value)) json["observedValue"] = *number;
  if (check.kind == heartbeat::Kind::age) json["observedUnit"] = "s";
  if (check.kind == heartbeat::Kind::rate) json["observedUnit"] = "1/s";
  json["status"] = status_of(check);
  if (document.written_at) json["time"] = heartbeat::format_timestamp(*document.written_at);
  if (!check.output.empty()) json["output"] = heartbeat::printable(check.output);
  return json;
}

Json checks_of(const Verdict& verdict) {
  auto checks = Json::object();
  if (verdict.document)
    for (const auto& check : verdict.document->checks)
      checks[heartbeat::printable(check.name)].push_back(check_json(check, *verdict.document));
  return checks;
}

Json checks_of(Verdicts verdicts, const ExitPolicy& exit_policy) {
  auto checks = Json::object();
  for (const auto& verdict : verdicts) {
    Json json{{"componentType", "component"}};
    if (verdict.age) {
      json["observedValue"] = static_cast<double>(verdict.age->count()) / 1000;
      json["observedUnit"] = "s";
    }
    json["status"] = status_of({&verdict, 1}, exit_policy);
    const auto written_at = verdict.document ? verdict.document->written_at : std::nullopt;
    if (written_at) json["time"] = heartbeat::format_timestamp(*written_at);
    json["output"] = heartbeat::printable(verdict.text);
    checks[heartbeat::printable(verdict.service)].push_back(std::move(json));
  }
  return checks;
}

std::string metric(std::string_view name, std::string_view type, std::string_view help,
                   std::string_view value) {
  return metric_header(name, type, help) + fmt::format("{} {}\n", name, value);
}

}  // namespace

std::string service_json(Verdicts verdicts, const ExitPolicy& exit_policy) {
  std::string out;
  for (const auto& verdict : verdicts) out += line(verdict, exit_policy, Passing::shown);
  return out;
}

std::string fleet_json(Verdicts verdicts, const ExitPolicy& exit_policy) {
  std::string services;
  for (const auto& verdict : verdicts) {
    if (!services.empty()) services += ',';
    services += line(verdict, exit_policy, Passing::counted);
    services.pop_back();
  }
  return fmt::format("{{\"status\":\"{}\",\"exit\":{},\"services\":[{}]}}\n",
                     to_string(worst(verdicts)), exit_status(verdicts, exit_policy), services);
}

std::string service_health_json(std::string_view service, Verdicts verdicts,
                                const ExitPolicy& exit_policy) {
  Json json{{"status", status_of(verdicts, exit_policy)}, {"version", "1"}, {"serviceId", service}};
  if (verdicts.size() == 1) {
    json["output"] = heartbeat::printable(verdicts[0].text);
    json["checks"] = checks_of(verdicts[0]);
  } else {
    json["checks"] = checks_of(verdicts, exit_policy);
  }
  return text_of(json);
}

std::string fleet_health_json(Verdicts verdicts, const ExitPolicy& exit_policy) {
  return text_of({{"status", status_of(verdicts, exit_policy)},
                  {"version", "1"},
                  {"checks", checks_of(verdicts, exit_policy)}});
}

std::string own_health(const Stats& stats) {
  const auto& up = stats.redis_up;
  return text_of({{"status", "pass"}, {"redis", !up ? "not asked" : *up ? "up" : "down"}});
}

std::string own_metrics(const Stats& stats) {
  std::string out;
  if (!stats.requests.empty())
    out += metric_header("healthboard_requests_total", "counter",
                         "HTTP requests answered, by status code.");
  for (const auto& [code, count] : stats.requests)
    out += fmt::format("healthboard_requests_total{{code=\"{}\"}} {}\n", code, count);
  out += metric("healthboard_connections", "gauge", "Open HTTP connections.",
                std::to_string(stats.connections));
  out += metric("healthboard_redis_reads_total", "counter",
                "Polls of the services, in Redis or in the file.", std::to_string(stats.polls));
  if (stats.redis_up)
    out += metric("healthboard_redis_up", "gauge",
                  "1 if Redis answered the last poll, otherwise 0.", *stats.redis_up ? "1" : "0");
  out += metric("healthboard_last_read_timestamp_seconds", "gauge",
                "Time of the last successful poll; 0: none yet.",
                format_seconds(stats.last_success.time_since_epoch()));
  out += metric("healthboard_start_time_seconds", "gauge", "Time at which healthboard started.",
                format_seconds(stats.started.time_since_epoch()));
  return out;
}

}  // namespace probe::http
