#include "board/edge/session.hpp"

#include <chrono>

#include "host/host.hpp"

namespace board {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr std::uint32_t longest_head = 8192;
constexpr auto time_for_head = 5s;  // from the accept, or from the answer before
constexpr auto time_for_answer = 10s;
constexpr auto time_for_drain = 1s;
constexpr auto most_drained = std::size_t{65'536};

}  // namespace

Session::Session(tcp::socket socket, House& house)
    : stream_{std::move(socket)}, house_{house}, buffer_{longest_head + 4096} {
  house_.opened();
}

Session::~Session() {
  leave();
  house_.closed();
}

void Session::read() {
  parser_ = std::make_unique<Parser>();
  parser_->header_limit(longest_head);
  place_ = house_.incomplete.insert(house_.incomplete.end(), this);
  in_list_ = true;
  stream_.expires_after(time_for_head);
  http::async_read_header(
      stream_, buffer_, *parser_,
      [self = shared_from_this()](Error error, std::size_t) { self->have_head(error); });
}

void Session::close() { stream_.socket().close(ignored_); }

void Session::leave() {
  if (in_list_) house_.incomplete.erase(place_);
  in_list_ = false;
}

void Session::have_head(Error error) {
  leave();
  if (error) return complain(error);
  const auto& head = parser_->get();
  head_ = head.method() == http::verb::head;
  // A body is not read: what follows it could not be understood then.
  keep_ = head.keep_alive() && parser_->is_done() && !house_.stopping();
  house_.want(wish_of(request()), [self = shared_from_this()](auto reading) {
    self->answer(
        respond(self->request(), self->house_.snapshot(std::move(reading)), heartbeat::wall_now()));
  });
}

Request Session::request() const {
  const auto view = [](const auto& text) { return std::string_view{text.data(), text.size()}; };
  const auto& head = parser_->get();
  return {view(head.method_string()), view(head.target()), view(head[http::field::accept])};
}

void Session::complain(Error error) {
  keep_ = false;
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return answer(refusal(431, "the head of the request is longer than 8 KiB"));
  if (error == http::error::body_limit) return answer(refusal(413, "no body is wanted"));
  if (error == http::error::end_of_stream || error == http::error::partial_message) return;
  if (error.category() == make_error_code(http::error::bad_method).category())
    return answer(refusal(400, "this is no HTTP request"));
}

void Session::answer(Response response) {
  house_.answered(response.status);
  response_ = {};
  response_.version(11);
  response_.result(static_cast<unsigned>(response.status));
  response_.set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers)
    response_.set(beast::string_view{name.data(), name.size()}, value);
  response_.keep_alive(keep_);
  response_.content_length(response.body.size());
  if (!head_) response_.body() = std::move(response.body);
  stream_.expires_after(time_for_answer);
  serializer_.emplace(response_);
  http::async_write(stream_, *serializer_, [self = shared_from_this()](Error error, std::size_t) {
    self->have_written(error);
  });
}

void Session::have_written(Error error) {
  if (error) return;
  if (keep_ && !house_.stopping()) return read();
  // Closed at once, what the client still sends would destroy what it has to read.
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored_);
  stream_.expires_after(time_for_drain);
  drain();
}

void Session::drain() {
  buffer_.clear();
  stream_.async_read_some(buffer_.prepare(4096),
                          [self = shared_from_this()](Error error, std::size_t bytes) {
                            self->drained_ += bytes;
                            if (!error && self->drained_ < most_drained) self->drain();
                          });
}

}  // namespace board
