#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/timeline.hpp"
#include "http/bodies.hpp"
#include "http/request.hpp"

/// Makes the response to a request. Pure: no socket, no clock, no Redis.
namespace probe::http {

struct Response {
  int status = 200;
  std::string_view content_type{};
  std::vector<std::pair<std::string_view, std::string_view>> headers{};
  /// Shared by all clients that get it; also for HEAD, whose response states its length.
  std::shared_ptr<const std::string> body{};
  std::string tail{};  ///< follows the body, in this response alone
};

Response error_response(int status, std::string_view what);

/// The response about services: 200 exactly if healthprobe would exit with 0. For metrics, its tail
/// is still missing: own_metrics().
Response respond(const Route& route, const FleetSnapshot& snapshot);

/// The history of the route's service: a page, or a line of JSON for it or for each of its
/// replicas.
Response respond(const Route& route, const FleetSnapshot& snapshot, const History& history);

/// The response about healthboard itself, or a file of the page.
Response respond(const Route& route, const Stats& stats);

}  // namespace probe::http
