#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "http/bodies.hpp"

/// Turns a request into its response. Pure: no socket, no clock, no Redis.
namespace probe::http {

struct HttpRequest {
  std::string_view method;
  std::string_view target;
  std::string_view accept;  ///< the header Accept; may be empty
};

struct Route {
  enum class Resource { page, fleet, service, metrics, own_health };

  Resource resource = Resource::page;
  std::string service{};  ///< for Resource::service: `worker` or `worker:1`
  bool wants_health_json = false;

  /// Whether the response is about services, and needs the snapshot of a poll.
  bool needs_poll() const noexcept { return resource != Resource::own_health; }
};

struct Response {
  int status = 200;
  std::string content_type{};
  std::vector<std::pair<std::string_view, std::string>> headers{};
  std::string body{};  ///< also for HEAD, whose response states its length
};

Response error_response(int status, std::string_view what);

/// Reads method, path and the header Accept. The error is the response: 404 or 405.
tl::expected<Route, Response> parse_route(const HttpRequest& request);

/// 200 exactly if healthprobe would exit with 0. `snapshot` may be null if the route needs no poll.
Response respond(const Route& route, const FleetSnapshot* snapshot, const Stats& stats,
                 WallTime now);

}  // namespace probe::http
