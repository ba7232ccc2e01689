#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "http/page.hpp"

/// Reads a request: what it asks for, or why it is refused. Pure.
namespace probe::http {

/// The headers are empty where a request has none.
struct HttpRequest {
  std::string_view method;
  std::string_view target;
  std::string_view accept{};
  std::string_view host{};
  std::size_t hosts = 1;  ///< how many headers Host it has
  bool is_http_1_0 = false;
  std::string_view transfer_encoding{};
};

struct Route {
  enum class Resource {
    page,
    service_page,
    page_file,
    fleet,
    service,
    history,
    metrics,
    own_health,
  };

  Resource resource = Resource::page;
  /// For service, history and service_page: `worker` or `worker:1`; for page_file its name.
  std::string service{};
  PageFilter filter{};                                      ///< for page
  std::chrono::milliseconds span = std::chrono::hours{24};  ///< for history
  bool wants_health_json = false;
  bool is_options = false;  ///< the method is OPTIONS: the answer lists the methods, too

  /// Whether the response is about services, and needs the snapshot of a poll.
  bool needs_poll() const noexcept {
    return resource != Resource::own_health && resource != Resource::page_file;
  }
  bool needs_history() const noexcept {
    return resource == Resource::history || resource == Resource::service_page;
  }

  auto operator<=>(const Route&) const = default;
};

struct Refusal {
  int status = 404;
  std::string what;
};

/// Whether the header Host is an address, localhost, a name without a dot, or one of `allowed`, of
/// which `*` allows every name. A page from elsewhere could give any other name this address, and
/// then read the answers.
bool is_allowed_host(std::string_view host, std::span<const std::string> allowed);

/// OPTIONS is answered like GET, since HAProxy's `option httpchk` asks with it; its `OPTIONS /` and
/// `OPTIONS *` are about the fleet.
tl::expected<Route, Refusal> parse_route(const HttpRequest& request,
                                         std::span<const std::string> allowed_hosts);

}  // namespace probe::http
