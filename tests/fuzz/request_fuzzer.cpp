#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http.hpp>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "demand.hpp"
#include "http/respond.hpp"

namespace {

namespace http = boost::beast::http;

probe::http::FleetSnapshot of(std::string text, bool reached) {
  probe::http::FleetSnapshot snapshot{.query = {.selection = {.all = true}}};
  if (!reached) snapshot.report.problem = probe::Problem{probe::Reason::timeout, text};
  snapshot.report.verdicts = {
      {.service = "ingestion", .reason = probe::Reason::healthy, .text = "fine"},
      {.service = "worker:1", .reason = probe::Reason::stale, .text = std::move(text)}};
  return snapshot;
}

bool is_line(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

auto tags(const probe::http::Response& response) { return std::ranges::count(*response.body, '<'); }

probe::http::Response answer(const probe::http::HttpRequest& request,
                             const probe::http::FleetSnapshot& snapshot) {
  const auto route = probe::http::parse_route(request, {});
  if (!route) return probe::http::error_response(route.error().status, route.error().what);
  demand(route->service.size() <= 257);
  return route->needs_poll() ? probe::http::respond(*route, snapshot)
                             : probe::http::respond(*route, probe::http::Stats{});
}

void check(const probe::http::HttpRequest& request, const std::string& text, bool reached) {
  const auto response = answer(request, of(text, reached));
  constexpr std::array statuses{200, 400, 404, 405, 421, 501, 503};
  demand(std::ranges::find(statuses, response.status) != statuses.end());
  demand(is_line(response.content_type));
  for (const auto& [name, value] : response.headers) demand(is_line(name) && is_line(value));
  if (response.content_type.ends_with("json")) demand(nlohmann::json::accept(*response.body));
  // Neither what is asked for nor what Redis says becomes HTML.
  if (response.content_type.starts_with("text/html") && !text.empty())
    demand(tags(response) == tags(answer(request, of("x", reached))));
  if (response.content_type.starts_with("text/plain")) demand(response.body->ends_with('\n'));
}

}  // namespace

/// Up to the first NUL a request, behind it what Redis says of a service: whatever they are, the
/// answer is one that any client understands.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const auto head = input.substr(0, input.find('\0'));
  const std::string text{head.size() < size ? input.substr(head.size() + 1) : ""};
  const bool reached = size % 2 == 0;

  http::request_parser<http::empty_body> parser;
  parser.header_limit(8192);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(head.data(), head.size()), error);
  if (!error && parser.is_header_done()) {
    const auto& found = parser.get();
    const auto view = [](const auto& part) { return std::string_view{part.data(), part.size()}; };
    check({.method = view(found.method_string()),
           .target = view(found.target()),
           .accept = view(found[http::field::accept]),
           .host = view(found[http::field::host]),
           .transfer_encoding = view(found[http::field::transfer_encoding])},
          text, reached);
  }
  // And what no HTTP parser would let through.
  for (const auto* method : {"GET", "HEAD", "OPTIONS", "POST"})
    check({method, head, head}, text, reached);
  check({"GET", "/health", {}, head}, text, reached);
  return 0;
}
