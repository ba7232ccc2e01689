#include "http/respond.hpp"

#include "http/template.hpp"
#include "render/history.hpp"
#include "render/render.hpp"

namespace probe::http {
namespace {

using Resource = Route::Resource;

Response answer(int status, std::string_view type, std::string body) {
  return {status,
          type,
          {{"Cache-Control", "no-store"},
           {"Content-Security-Policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src "
            "'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
           {"X-Content-Type-Options", "nosniff"},
           {"Referrer-Policy", "no-referrer"}},
          std::make_shared<const std::string>(std::move(body))};
}

Response health_answer(const Route& route, const FleetSnapshot& snapshot) {
  const bool is_service = route.resource == Resource::service;
  const auto verdicts =
      is_service ? verdicts_on(route.service, snapshot) : snapshot.report.verdicts;
  if (is_service && verdicts.empty()) return error_response(503, "Redis has not been asked yet");
  const auto& policy = snapshot.query.exit_policy;
  const int status = exit_status(verdicts, policy) == 0 ? 200 : 503;
  auto response =
      route.wants_health_json
          ? answer(status, "application/health+json",
                   is_service ? service_health_json(route.service, verdicts, policy)
                              : fleet_health_json(verdicts, policy))
          : answer(status, "application/json",
                   is_service ? service_json(verdicts, policy) : fleet_json(verdicts, policy));
  response.headers.emplace_back("Vary", "Accept");
  return response;
}

Response found(const Route& route, const FleetSnapshot& snapshot) {
  if (route.resource == Resource::metrics)
    return answer(200, "text/plain; version=0.0.4; charset=utf-8",
                  prometheus_metrics(snapshot.report.verdicts));
  if (route.resource == Resource::page)
    return answer(200, "text/html; charset=utf-8", page(snapshot, route.filter));
  return health_answer(route, snapshot);
}

void add_methods(Response& response) {
  response.headers.emplace_back("Allow", "GET, HEAD, OPTIONS");
}

}  // namespace

Response error_response(int status, std::string_view what) {
  auto response = answer(status, "text/plain; charset=utf-8", std::string{what} + "\n");
  if (status == 405) add_methods(response);
  return response;
}

Response respond(const Route& route, const FleetSnapshot& snapshot) {
  auto response = found(route, snapshot);
  if (route.is_options) add_methods(response);
  return response;
}

Response respond(const Route& route, const FleetSnapshot& snapshot, const History& history) {
  if (route.resource == Resource::service_page)
    return answer(200, "text/html; charset=utf-8", service_page(route.service, snapshot, history));
  std::string body;
  for (const auto& report : history_reports(history, route.service, route.span, snapshot.query.now,
                                            snapshot.query.exit_policy))
    body += history_json(report);
  if (body.empty()) return error_response(404, "no history of this service");
  auto response = answer(200, "application/json", std::move(body));
  if (route.is_options) add_methods(response);
  return response;
}

Response respond(const Route& route, const Stats& stats) {
  const bool is_file = route.resource == Resource::page_file;
  auto file =
      is_file ? served_page_file(route.service) : PageFile{"application/json", own_health(stats)};
  auto response = answer(200, file.content_type, std::move(file.content));
  if (route.is_options) add_methods(response);
  return response;
}

}  // namespace probe::http
