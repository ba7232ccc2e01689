#include "http/session.hpp"

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

HttpRequest request_from(const http::request_header<>& head) {
  const auto view = [](const auto& text) { return std::string_view{text.data(), text.size()}; };
  return {view(head.method_string()), view(head.target()), view(head[http::field::accept])};
}

}  // namespace

Session::Session(asio::ip::tcp::socket socket, ConnectionHost& host)
    : stream_{std::move(socket)}, host_{host}, buffer_{max_head_bytes + 4096} {
  ++host_.stats.connections;
}

Session::~Session() {
  leave_incomplete();
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
  // A body is not read, so the next request could not be found behind it.
  keep_alive_ = head.keep_alive() && parser_->is_done() && !host_.stopping;
  auto route = parse_route(request_from(head));
  if (!route) return answer(std::move(route.error()));
  host_.respond(std::move(*route), [self = shared_from_this()](Response response) {
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
  response_ = {};
  response_.version(11);
  response_.result(static_cast<unsigned>(response.status));
  response_.set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers)
    response_.set(beast::string_view{name.data(), name.size()}, value);
  response_.keep_alive(keep_alive_);
  response_.content_length(response.body.size());
  if (!is_head_) response_.body() = std::move(response.body);
  stream_.expires_after(time_for_answer);
  serializer_.emplace(response_);
  http::async_write(
      stream_, *serializer_,
      [self = shared_from_this()](ErrorCode error, std::size_t) { self->on_written(error); });
}

void Session::on_written(ErrorCode error) {
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
