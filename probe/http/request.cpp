#include "http/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "document/names.hpp"
#include "document/text.hpp"
#include "http/template.hpp"
#include "redis/url_parts.hpp"
#include "render/history.hpp"

namespace probe::http {
namespace {

using Resource = Route::Resource;

constexpr std::array<std::pair<std::string_view, Resource>, 3> paths_of_services{
    {{"/health/", Resource::service},
     {"/history/", Resource::history},
     {"/service/", Resource::service_page}}};

bool is_same_word(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, heartbeat::lower, heartbeat::lower);
}

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
    accepts |= !refused && is_same_word(type, "application/health+json");
  });
  return accepts;
}

std::optional<Route> route_of(std::string_view path, bool is_options) {
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  if (path == "/health" || (is_options && (path == "/" || path == "*")))
    return Route{Resource::fleet};
  if (path == "/") return Route{Resource::page};
  if (path.starts_with('/') && is_page_file(path.substr(1)))
    return Route{Resource::page_file, std::string{path.substr(1)}};
  if (path == "/healthz") return Route{Resource::own_health};
  if (path == "/metrics") return Route{Resource::metrics};
  for (const auto& [beginning, resource] : paths_of_services)
    if (path.starts_with(beginning))
      return Route{resource, heartbeat::redis::decoded(path.substr(beginning.size()))};
  return std::nullopt;
}

/// A parameter in the query of the target, decoded as a browser encodes a form.
std::optional<std::string> parameter(std::string_view name, std::string_view target) {
  std::optional<std::string> value;
  const auto question = target.find('?');
  if (question == target.npos) return value;
  for_each_part(target.substr(question + 1), '&', [&](std::string_view part) {
    if (part.substr(0, part.find('=')) != name || part.size() <= name.size()) return;
    std::string text{part.substr(name.size() + 1)};
    std::ranges::replace(text, '+', ' ');
    value = heartbeat::redis::decoded(text);
  });
  return value;
}

std::string_view without_port(std::string_view host) {
  const auto colon = host.rfind(':');
  return colon == host.npos || host.find(']', colon) != host.npos ? host : host.substr(0, colon);
}

/// An IPv6 address in brackets or, as browsers see it, whatever ends in a number.
bool is_address(std::string_view host) {
  if (host.starts_with('[')) return host.ends_with(']');
  const auto last = host.substr(host.rfind('.') + 1);
  return !last.empty() && std::ranges::all_of(last, heartbeat::is_digit);
}

}  // namespace

bool is_allowed_host(std::string_view host, std::span<const std::string> allowed) {
  auto name = without_port(host);
  if (name.ends_with('.')) name.remove_suffix(1);
  if (is_address(name) || name.find('.') == name.npos) return true;
  return std::ranges::any_of(
      allowed, [&](const auto& one) { return one == "*" || is_same_word(one, name); });
}

tl::expected<Route, Refusal> parse_route(const HttpRequest& request,
                                         std::span<const std::string> allowed_hosts) {
  const auto refuse = [](int status, std::string what) {
    return tl::unexpected{Refusal{status, std::move(what)}};
  };
  const auto& coding = request.transfer_encoding;
  if (!coding.empty() && !is_same_word(coding, "chunked"))
    return refuse(501, "the Transfer-Encoding is not known");
  if (request.hosts > 1 || (request.hosts == 0 && !request.is_http_1_0))
    return refuse(400, "a request needs one header Host");
  if (!is_allowed_host(request.host, allowed_hosts))
    return refuse(421, fmt::format("the host {0} is not known here; to serve it, start healthboard "
                                   "with --allowed-host {0}",
                                   heartbeat::printable(without_port(request.host),
                                                        heartbeat::max_shown_bytes)));
  const bool is_options = request.method == "OPTIONS";
  auto route = route_of(request.target.substr(0, request.target.find('?')), is_options);
  const bool has_service =
      route && (route->resource == Resource::service || route->needs_history());
  if (!route || (has_service && route->service.empty()))
    return refuse(404,
                  "not found; the paths are /, /health, /health/<service>, /history/<service>, "
                  "/service/<service>, /healthz and /metrics");
  if (request.method != "GET" && request.method != "HEAD" && !is_options)
    return refuse(405, "the method must be GET, HEAD or OPTIONS");
  if (has_service && !heartbeat::is_member_name(route->service))
    return refuse(404, "not a valid service name");
  if (const auto text = parameter("span", request.target);
      route->resource == Resource::history && text) {
    const auto span = parse_span(*text);
    if (!span) return refuse(400, fmt::format("not a span (accepted: {})", accepted_spans));
    route->span = *span;
  }
  if (route->resource == Resource::page)
    route->filter = {parameter("name", request.target).value_or(""),
                     parameter("state", request.target).value_or("")};
  route->wants_health_json = accepts_health_json(request.accept);
  route->is_options = is_options;
  return *std::move(route);
}

}  // namespace probe::http
