#include "board/core/respond.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "board/core/bodies.hpp"
#include "document/names.hpp"

namespace board {
namespace {

constexpr std::string_view health = "/health";
constexpr std::string_view plain = "text/plain; charset=utf-8";

bool reads(std::string_view method) { return method == "GET" || method == "HEAD"; }

std::string_view path_of(std::string_view target) { return target.substr(0, target.find('?')); }

/// The service of `/health/<service>`; empty for other paths.
std::string_view service_in(std::string_view path) {
  if (!path.starts_with(health) || path.size() <= health.size() || path[health.size()] != '/')
    return {};
  return path.substr(health.size() + 1);
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t";
  const auto first = text.find_first_not_of(blank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// Calls for each part between separators, trimmed.
template <typename Call>
void each(std::string_view text, char separator, Call call) {
  while (!text.empty()) {
    const auto end = text.find(separator);
    call(trimmed(text.substr(0, end)));
    text = end == text.npos ? std::string_view{} : text.substr(end + 1);
  }
}

bool is_zero_weight(std::string_view parameter) {
  return (parameter.starts_with("q=") || parameter.starts_with("Q=")) && parameter.size() > 2 &&
         parameter.find_first_not_of("0.", 2) == parameter.npos;
}

bool wants_health_json(std::string_view accept) {
  bool wants = false;
  each(accept, ',', [&](std::string_view range) {
    const auto type = trimmed(range.substr(0, range.find(';')));
    bool refused = false;
    each(range, ';', [&](std::string_view parameter) { refused |= is_zero_weight(parameter); });
    wants |= !refused &&
             std::ranges::equal(type, std::string_view{"application/health+json"}, {}, lower);
  });
  return wants;
}

bool belongs(const probe::Verdict& verdict, std::string_view service) {
  const std::string_view name = verdict.service;
  return name == service ||
         (name.starts_with(service) && name.size() > service.size() && name[service.size()] == ':');
}

/// The service's verdict, or those of its instances; never none.
std::vector<probe::Verdict> verdicts_of(std::string_view service, const Reading& reading) {
  std::vector<probe::Verdict> found;
  for (const auto& verdict : reading.verdicts)
    if (belongs(verdict, service)) found.push_back(verdict);
  if (found.empty())
    found.push_back(
        probe::judge(std::string{service},
                     probe::Answer{.value = reading.problem.value_or(probe::Problem{
                                       probe::Reason::redis_error,
                                       "too many unlisted services are asked for; list this one"})},
                     {}));
  return found;
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

Response health_answer(bool health_json, int exit, std::string body) {
  auto response =
      answer(exit == 0 ? 200 : 503, health_json ? "application/health+json" : "application/json",
             std::move(body));
  response.headers.emplace_back("Vary", "Accept");
  return response;
}

Response of_service(std::string_view service, bool health_json, const Snapshot& snapshot) {
  if (!heartbeat::is_member_name(service)) return refusal(404, "this is not the name of a service");
  const auto verdicts = verdicts_of(service, *snapshot.reading);
  const auto& exit_policy = snapshot.exit_policy;
  return health_answer(health_json, probe::exit_status(verdicts, exit_policy),
                       health_json ? service_health_json(service, verdicts, exit_policy)
                                   : service_json(verdicts, exit_policy));
}

Response of_all(bool health_json, const Snapshot& snapshot) {
  const auto verdicts = listed(*snapshot.reading);
  const auto& exit_policy = snapshot.exit_policy;
  return health_answer(
      health_json, probe::exit_status(verdicts, exit_policy),
      health_json ? fleet_health_json(verdicts, exit_policy) : fleet_json(verdicts, exit_policy));
}

}  // namespace

std::span<const probe::Verdict> listed(const Reading& reading) {
  return std::span{reading.verdicts}.first(std::min(reading.listed, reading.verdicts.size()));
}

Response refusal(int status, std::string_view why) {
  return answer(status, plain, fmt::format("{}\n", why));
}

Wish wish_of(const Request& request) {
  if (!reads(request.method)) return {};
  const auto path = path_of(request.target);
  if (path == "/" || path == health || path == "/metrics") return {.reading = true};
  const auto service = service_in(path);
  if (!heartbeat::is_member_name(service)) return {};
  return {.reading = true, .service = std::string{service}};
}

Response respond(const Request& request, const Snapshot& snapshot, WallTime now) {
  const auto path = path_of(request.target);
  const bool known =
      path == "/" || path == "/metrics" || path == "/healthz" || path.starts_with(health);
  const auto service = service_in(path);
  if (!known ||
      (path != health && path != "/healthz" && path.starts_with(health) && service.empty()))
    return refusal(404, "there is /, /health, /health/<service>, /healthz and /metrics");
  if (!reads(request.method)) {
    auto response = refusal(405, "only GET and HEAD");
    response.headers.emplace_back("Allow", "GET, HEAD");
    return response;
  }
  if (path == "/healthz") return answer(200, "application/json", own_health(snapshot));
  if (!service.empty() && !heartbeat::is_member_name(service))
    return refusal(404, "this is not the name of a service");
  if (!snapshot.reading) return refusal(503, "Redis has not been asked yet");
  if (path == "/metrics")
    return answer(200, "text/plain; version=0.0.4; charset=utf-8", metrics(snapshot));
  if (path == "/") return answer(200, "text/html; charset=utf-8", page(snapshot, now));
  const bool health_json = wants_health_json(request.accept);
  return service.empty() ? of_all(health_json, snapshot)
                         : of_service(service, health_json, snapshot);
}

}  // namespace board
