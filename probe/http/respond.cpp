#include "http/respond.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "document/names.hpp"
#include "document/text.hpp"

namespace probe::http {
namespace {

using Resource = Route::Resource;

constexpr std::string_view service_path = "/health/";

/// Calls `call` for each trimmed part between separators.
template <typename Call>
void for_each_part(std::string_view text, char separator, Call call) {
  while (!text.empty()) {
    const auto end = text.find(separator);
    call(heartbeat::trimmed(text.substr(0, end)));
    text = end == text.npos ? std::string_view{} : text.substr(end + 1);
  }
}

bool is_zero_weight(std::string_view parameter) {
  return (parameter.starts_with("q=") || parameter.starts_with("Q=")) && parameter.size() > 2 &&
         parameter.find_first_not_of("0.", 2) == parameter.npos;
}

bool accepts_health_json(std::string_view accept) {
  bool accepts = false;
  for_each_part(accept, ',', [&](std::string_view range) {
    const auto type = heartbeat::trimmed(range.substr(0, range.find(';')));
    bool refused = false;
    for_each_part(range, ';', [&](std::string_view part) { refused |= is_zero_weight(part); });
    accepts |= !refused && std::ranges::equal(type, std::string_view{"application/health+json"}, {},
                                              heartbeat::lower);
  });
  return accepts;
}

std::optional<Route> route_of(std::string_view path) {
  if (path == "/") return Route{Resource::page};
  if (path == "/health") return Route{Resource::fleet};
  if (path == "/healthz") return Route{Resource::own_health};
  if (path == "/metrics") return Route{Resource::metrics};
  if (!path.starts_with(service_path)) return std::nullopt;
  return Route{Resource::service, std::string{path.substr(service_path.size())}};
}

Response answer(int status, std::string_view type, std::string body) {
  return {status,
          std::string{type},
          {{"Cache-Control", "no-store"},
           {"Content-Security-Policy",
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"},
           {"X-Content-Type-Options", "nosniff"},
           {"Referrer-Policy", "no-referrer"}},
          std::move(body)};
}

Response not_read_yet() { return error_response(503, "Redis has not been asked yet"); }

Response health_answer(const Route& route, const FleetSnapshot& snapshot) {
  const bool is_service = route.resource == Resource::service;
  const auto verdicts =
      is_service ? verdicts_on(route.service, snapshot) : snapshot.report.verdicts;
  if (is_service && verdicts.empty()) return not_read_yet();
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

}  // namespace

Response error_response(int status, std::string_view what) {
  return answer(status, "text/plain; charset=utf-8", fmt::format("{}\n", what));
}

tl::expected<Route, Response> parse_route(const HttpRequest& request) {
  auto route = route_of(request.target.substr(0, request.target.find('?')));
  if (!route || (route->resource == Resource::service && route->service.empty()))
    return tl::unexpected{error_response(
        404, "not found; the paths are /, /health, /health/<service>, /healthz and /metrics")};
  if (request.method != "GET" && request.method != "HEAD") {
    auto response = error_response(405, "the method must be GET or HEAD");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return tl::unexpected{std::move(response)};
  }
  if (route->resource == Resource::service && !heartbeat::is_member_name(route->service))
    return tl::unexpected{error_response(404, "not a valid service name")};
  route->wants_health_json = accepts_health_json(request.accept);
  return *std::move(route);
}

Response respond(const Route& route, const FleetSnapshot* snapshot, const Stats& stats,
                 WallTime now) {
  if (route.resource == Resource::own_health)
    return answer(200, "application/json", own_health(stats));
  if (snapshot == nullptr) return not_read_yet();
  if (route.resource == Resource::metrics)
    return answer(200, "text/plain; version=0.0.4; charset=utf-8", metrics(*snapshot, stats));
  if (route.resource == Resource::page)
    return answer(200, "text/html; charset=utf-8", page(*snapshot, now));
  return health_answer(route, *snapshot);
}

}  // namespace probe::http
