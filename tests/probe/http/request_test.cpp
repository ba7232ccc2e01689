#include "http/request.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using probe::http::HttpRequest;
using probe::http::parse_route;
using Resource = probe::http::Route::Resource;

int status_of(const HttpRequest& request, const std::vector<std::string>& allowed = {}) {
  const auto route = parse_route(request, allowed);
  return route ? 200 : route.error().status;
}

}  // namespace

TEST_CASE("paths of pages and histories, with what a form or a person adds") {
  const auto route = [](std::string_view target) {
    return probe::http::parse_route({.method = "GET", .target = target, .host = "localhost"}, {});
  };
  using Kind = probe::http::Route::Resource;
  CHECK(route("/history/worker%3A1?span=7d")->resource == Kind::history);
  CHECK(route("/history/worker%3A1?span=7d")->service == "worker:1");
  CHECK(route("/history/a?x=1&span=7d")->span == std::chrono::hours{168});
  CHECK(route("/history/a")->span == std::chrono::hours{24});
  CHECK(route("/history/a?span=1y").error().status == 400);
  CHECK(route("/history/").error().status == 404);
  CHECK(route("/service/a")->resource == Kind::service_page);
  CHECK(route("/service/a%20b").error().status == 404);
  CHECK(route("/style.css")->resource == Kind::page_file);
  CHECK(route("/frame.html").error().status == 404);
  CHECK(route("/?name=a+b%26&state=healthy")->filter == probe::http::PageFilter{"a b&", "healthy"});
  CHECK(route("/")->filter == probe::http::PageFilter{});
}

TEST_CASE("path and method become a route") {
  const auto route = [](std::string_view target, std::string_view accept = "") {
    return parse_route({"GET", target, accept}, {}).value();
  };
  CHECK(route("/").resource == Resource::page);
  CHECK(route("/?x").resource == Resource::page);
  CHECK(route("/health").resource == Resource::fleet);
  CHECK(route("/metrics").resource == Resource::metrics);
  CHECK(route("/metrics").needs_poll());
  CHECK_FALSE(route("/healthz").needs_poll());
  CHECK(route("/health/worker:1?x=/").resource == Resource::service);
  CHECK(route("/health/worker:1?x=/").service == "worker:1");
  CHECK_FALSE(route("/health/worker").wants_health_json);
  CHECK(route("/health", "application/health+json").wants_health_json);
}

TEST_CASE("a name may be percent-encoded, and a path may end with a slash") {
  const auto service = [](std::string_view target) {
    return parse_route({"GET", target}, {}).value().service;
  };
  CHECK(service("/health/worker%3A1") == "worker:1");
  CHECK(service("/health/%77orker%3a1") == "worker:1");
  CHECK(service("/health/worker/") == "worker");
  CHECK(service("/health/worker/?x=1") == "worker");
  CHECK(parse_route({"GET", "/health/"}, {}).value().resource == Resource::fleet);
  CHECK(parse_route({"GET", "/metrics/"}, {}).value().resource == Resource::metrics);
}

TEST_CASE("an unknown path is 404, an unsupported method is 405") {
  for (const auto* target :
       {"/x", "/healthy", "/health//", "/health/a b", "/health/a%20b", "/health/a%2Fb",
        "/health/a%", "/health/a%00", "/health/a/b", "/health/a:b:c", "", "*", "http://x/health"}) {
    CAPTURE(target);
    CHECK(status_of({"GET", target}) == 404);
  }
  CHECK(status_of({"POST", "/health"}) == 405);
  CHECK(status_of({"HEAD", "/health"}) == 200);
}

TEST_CASE("an unknown Transfer-Encoding is refused: where the request ends is not known") {
  const auto with_coding = [](std::string_view coding) {
    return status_of({.method = "GET", .target = "/health", .transfer_encoding = coding});
  };
  for (const auto* coding : {"xchunked", "chunked, x", "gzip, chunked", "identity"}) {
    CAPTURE(coding);
    CHECK(with_coding(coding) == 501);
  }
  CHECK(with_coding("") == 200);
  CHECK(with_coding("Chunked") == 200);
}

TEST_CASE("only addresses and known names are served") {
  const auto with_host = [](std::string_view host, const std::vector<std::string>& allowed = {}) {
    return status_of({.method = "GET", .target = "/", .host = host}, allowed);
  };
  for (const auto* host : {"", "127.0.0.1", "10.0.0.7:8686", "[::1]", "[fe80::1]:8686", "localhost",
                           "LocalHost:80", "healthboard:8686", "healthboard.", "localhost.:8686"}) {
    CAPTURE(host);
    CHECK(with_host(host) == 200);
  }
  for (const auto* host : {"evil.example", "evil.example:8686", "127.0.0.1.evil.example",
                           "localhost.evil.example", "evil.example.", "[::1].evil.example"}) {
    CAPTURE(host);
    CHECK(with_host(host) == 421);
  }
  CHECK(with_host("health.example", {"other.example", "health.example"}) == 200);
  CHECK(with_host("Health.Example.:8686", {"health.example"}) == 200);
  CHECK(with_host("x.health.example", {"health.example"}) == 421);
  CHECK(with_host("evil.example", {"*"}) == 200);
  const auto refused = parse_route({.method = "GET", .target = "/", .host = "a.b:80"}, {});
  CHECK(refused.error().what.find("--allowed-host a.b") != std::string::npos);
}

TEST_CASE("a request has one header Host, in HTTP/1.0 it may have none") {
  const auto with_hosts = [](std::size_t hosts, bool is_http_1_0) {
    return status_of({.method = "GET", .target = "/", .hosts = hosts, .is_http_1_0 = is_http_1_0});
  };
  CHECK(with_hosts(0, true) == 200);
  CHECK(with_hosts(0, false) == 400);
  CHECK(with_hosts(2, false) == 400);
  CHECK(with_hosts(2, true) == 400);
}
