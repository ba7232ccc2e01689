#include "http/session.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/write.hpp>
#include <utility>

namespace probe::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using namespace std::chrono_literals;

constexpr std::uint32_t max_head_bytes = 8192;
constexpr auto time_for_head = 5s;  // since the connection was accepted, or since the last response
constexpr auto time_for_answer = 10s;
constexpr auto time_for_drain = 1s;
constexpr auto max_drained_bytes = std::size_t{65'536};
constexpr int max_kernel_bytes = 262'144;  // of each connection; would grow to some megabytes

HttpRequest request_from(const http::request_header<>& head) {
  const auto view = [](const auto& text) { return std::string_view{text.data(), text.size()}; };
  return {.method = view(head.method_string()),
          .target = view(head.target()),
          .accept = view(head[http::field::accept]),
          .host = view(head[http::field::host]),
          .hosts = head.count(http::field::host),
          .is_http_1_0 = head.version() < 11,
          .transfer_encoding = view(head[http::field::transfer_encoding])};
}

std::string head_of(const Response& response, bool keep_alive) {
  const auto reason = http::obsolete_reason(static_cast<http::status>(response.status));
  auto head = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\n", response.status,
                          std::string_view{reason.data(), reason.size()}, response.content_type);
  for (const auto& [name, value] : response.headers) head += fmt::format("{}: {}\r\n", name, value);
  return head + fmt::format("{}Content-Length: {}\r\n\r\n",
                            keep_alive ? "" : "Connection: close\r\n",
                            response.body->size() + response.tail.size());
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, ConnectionHost& host)
    : stream_{std::move(socket)}, host_{host}, buffer_{max_head_bytes + 4096} {
  stream_.socket().set_option(asio::socket_base::send_buffer_size{max_kernel_bytes}, ignored_);
  ++host_.stats.connections;
}

Session::~Session() {
  leave_incomplete();
  leave_transfers();
  host_.count_closed();
}

void Session::read() {
  parser_ = std::make_unique<Parser>();
  parser_->header_limit(max_head_bytes);
  place_ = host_.incomplete.insert(host_.incomplete.end(), this);
  stream_.expires_after(time_for_head);
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_head(error); });
}

void Session::close() { stream_.socket().close(ignored_); }

void Session::leave_incomplete() {
  if (place_) host_.incomplete.erase(*place_);
  place_.reset();
}

void Session::on_head(ErrorCode error) {
  leave_incomplete();
  if (error) return refuse(error);
  const auto& head = parser_->get();
  is_head_ = head.method() == http::verb::head;
  const auto request = request_from(head);
  // A body is not read, so the next request could not be found behind it.
  keep_alive_ = head.keep_alive() && parser_->is_done() && request.transfer_encoding.empty() &&
                !host_.stopping;
  const auto route = parse_route(request, host_.allowed_hosts);
  if (!route) return answer(error_response(route.error().status, route.error().what));
  host_.respond(*route, [self = shared_from_this()](Response response) {
    self->answer(std::move(response));
  });
}

void Session::refuse(ErrorCode error) {
  keep_alive_ = false;
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return answer(error_response(431, "the request head is longer than 8 KiB"));
  if (error == http::error::body_limit)
    return answer(error_response(413, "a request must not have a body"));
  if (error == http::error::end_of_stream || error == http::error::partial_message) return;
  if (error.category() == make_error_code(http::error::bad_method).category())
    return answer(error_response(400, "not an HTTP request"));
}

void Session::answer(Response response) {
  ++host_.stats.requests[response.status];
  response_ = std::move(response);
  response_head_ = head_of(response_, keep_alive_);
  const auto whole = [](const std::string& text) { return asio::const_buffer{asio::buffer(text)}; };
  const std::array parts{whole(response_head_),
                         is_head_ ? asio::const_buffer{} : whole(*response_.body),
                         is_head_ ? asio::const_buffer{} : whole(response_.tail)};
  if (!is_head_) transfer_ = host_.transfers.begin(*this, response_.body);
  stream_.expires_after(time_for_answer);
  asio::async_write(stream_, parts, [self = shared_from_this()](ErrorCode error, std::size_t) {
    self->on_written(error);
  });
  while (auto* slowest = host_.transfers.slowest_beyond_limit()) {
    slowest->leave_transfers();
    slowest->close();
  }
}

void Session::leave_transfers() {
  if (transfer_) host_.transfers.end(*transfer_);
  transfer_.reset();
}

void Session::on_written(ErrorCode error) {
  leave_transfers();
  response_ = {};
  if (error) return;
  if (keep_alive_ && !host_.stopping) return read();
  // Closing now would reset a client that is still sending: it could not read the response.
  stream_.socket().shutdown(asio::socket_base::shutdown_send, ignored_);
  stream_.expires_after(time_for_drain);
  drain();
}

void Session::drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(4096),
                          [self = shared_from_this()](ErrorCode error, std::size_t bytes) {
                            self->drained_ += bytes;
                            if (!error && self->drained_ < max_drained_bytes) self->drain();
                          });
}

}  // namespace probe::http
