#include "board/edge/server.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <csignal>
#include <list>
#include <memory>

#include "board/core/bodies.hpp"
#include "board/core/guests.hpp"
#include "board/core/respond.hpp"
#include "edge/output.hpp"

namespace board {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Error = boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::uint32_t longest_head = 8192;
constexpr auto time_for_head = 5s;  // from the accept, or from the answer before
constexpr auto time_for_answer = 10s;
constexpr auto time_for_drain = 1s;
constexpr auto most_drained = std::size_t{65'536};
constexpr auto fresh = 1s;
constexpr auto pause_after_failed_accept = 100ms;
constexpr std::size_t most_closing = 32;  // sessions whose end is on its way

WallTime wall_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::vector<std::string> names_of(std::span<const probe::Verdict> verdicts) {
  std::vector<std::string> names;
  for (const auto& verdict : verdicts) names.push_back(verdict.service);
  return names;
}

using Parser = http::request_parser<http::empty_body>;

class Session;
using Use = std::function<void(std::shared_ptr<const Reading>)>;

/// What the sessions share; all in the loop's thread.
class Server {
 public:
  Server(const Options& options, Reader& reader)
      : options_{options}, reader_{reader}, acceptor_{loop_}, signals_{loop_} {
    tally_.started = wall_now();
  }

  tl::expected<void, std::string> run();

  void want(const Wish& wish, Use use);
  Snapshot snapshot(std::shared_ptr<const Reading> reading) const {
    return {std::move(reading), tally_, options_.probe.tolerance};
  }
  void count(int status) { ++tally_.requests[status]; }
  bool stopping() const { return stopping_; }

  std::list<Session*> incomplete;  ///< those without a complete request, oldest first
  void opened() { ++tally_.connections; }
  void closed() {
    --tally_.connections;
    if (stopping_ && !ended_ && tally_.connections == 0) loop_.stop();
  }

 private:
  struct Waiter {
    Clock::time_point until;
    std::string service;
    Use use;
  };

  tl::expected<void, std::string> listen();
  void accept();
  void drop_oldest();
  void stop();
  bool covers(const std::string& service) const;
  void read_when_due();
  void begin_reading();
  void take(Reading reading, Clock::time_point begun, std::vector<std::string> guests);
  void arm();
  void give_up_late();

  const Options& options_;
  Reader& reader_;
  // Before the loop, whose end ends the sessions.
  Tally tally_;
  bool stopping_ = false, ended_ = false;
  asio::io_context loop_{1};
  tcp::acceptor acceptor_;
  asio::signal_set signals_;
  asio::steady_timer pause_{loop_}, due_{loop_}, late_{loop_}, end_{loop_};

  Guests guests_;
  std::list<Waiter> waiters_;  ///< all wait equally long: the first is due first
  std::shared_ptr<const Reading> latest_;
  std::vector<std::string> latest_guests_;
  Clock::time_point begun_{};
  bool asking_ = false, due_armed_ = false, late_armed_ = false;
};

/// One connection, one request at a time.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, Server& server) : stream_{std::move(socket)}, server_{server} {
    server_.opened();
  }
  ~Session() {
    leave();
    server_.closed();
  }

  void read() {
    parser_ = std::make_unique<Parser>();
    parser_->header_limit(longest_head);
    place_ = server_.incomplete.insert(server_.incomplete.end(), this);
    in_list_ = true;
    stream_.expires_after(time_for_head);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](Error error, std::size_t) { self->have_head(error); });
  }

  void close() { stream_.socket().close(ignored_); }

 private:
  void leave() {
    if (in_list_) server_.incomplete.erase(place_);
    in_list_ = false;
  }

  void have_head(Error error) {
    leave();
    if (error) return complain(error);
    const auto& head = parser_->get();
    head_ = head.method() == http::verb::head;
    // A body is not read: what follows it could not be understood then.
    keep_ = head.keep_alive() && parser_->is_done() && !server_.stopping();
    server_.want(wish_of(request()), [self = shared_from_this()](auto reading) {
      self->answer(
          respond(self->request(), self->server_.snapshot(std::move(reading)), wall_now()));
    });
  }

  Request request() const {
    const auto view = [](const auto& text) { return std::string_view{text.data(), text.size()}; };
    const auto& head = parser_->get();
    return {view(head.method_string()), view(head.target()), view(head[http::field::accept])};
  }

  void complain(Error error) {
    keep_ = false;
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
      return answer(refusal(431, "the head of the request is longer than 8 KiB"));
    if (error == http::error::body_limit) return answer(refusal(413, "no body is wanted"));
    if (error == http::error::end_of_stream || error == http::error::partial_message) return;
    if (error.category() == make_error_code(http::error::bad_method).category())
      return answer(refusal(400, "this is no HTTP request"));
  }

  void answer(Response response) {
    server_.count(response.status);
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

  void have_written(Error error) {
    if (error) return;
    if (keep_ && !server_.stopping()) return read();
    // Closed at once, what the client still sends would destroy what it has to read.
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored_);
    stream_.expires_after(time_for_drain);
    drain();
  }

  void drain() {
    buffer_.clear();
    stream_.async_read_some(buffer_.prepare(4096),
                            [self = shared_from_this()](Error error, std::size_t bytes) {
                              self->drained_ += bytes;
                              if (!error && self->drained_ < most_drained) self->drain();
                            });
  }

  beast::tcp_stream stream_;
  Server& server_;
  beast::flat_buffer buffer_{longest_head + 4096};
  std::unique_ptr<Parser> parser_;  // one for each request
  http::response<http::string_body> response_;
  std::optional<http::response_serializer<http::string_body>> serializer_;
  std::list<Session*>::iterator place_{};
  std::size_t drained_ = 0;
  bool in_list_ = false, keep_ = false, head_ = false;
  Error ignored_;
};

tl::expected<void, std::string> Server::listen() {
  Error error;
  const auto address = asio::ip::make_address(options_.address, error);
  const auto fail = [&](std::string_view what) -> tl::unexpected<std::string> {
    return tl::unexpected{
        fmt::format("cannot {} {}:{}: {}", what, options_.address, options_.port, error.message())};
  };
  if (error) return fail("listen on");
  const tcp::endpoint endpoint{address, options_.port};
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fail("listen on");
  return {};
}

tl::expected<void, std::string> Server::run() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, options_.max_connections + 64);
    setrlimit(RLIMIT_NOFILE, &files);
  }
  if (auto listening = listen(); !listening) return listening;
  signals_.add(SIGTERM);
  signals_.add(SIGINT);
  signals_.async_wait([this](Error error, int) {
    if (!error) stop();
  });
  accept();
  while (true) {
    try {
      loop_.run();
      ended_ = true;
      return {};
    } catch (const std::exception& error) {
      probe::write_once(STDERR_FILENO, fmt::format("healthboard: {}\n", error.what()));
    }
  }
}

void Server::accept() {
  acceptor_.async_accept([this](Error error, tcp::socket socket) {
    if (stopping_) return;
    if (error) {
      // Out of descriptors, mostly: it would fail again at once.
      drop_oldest();
      pause_.expires_after(pause_after_failed_accept);
      return pause_.async_wait([this](Error) {
        if (!stopping_) accept();
      });
    }
    if (tally_.connections >= options_.max_connections) drop_oldest();
    // Those dropped are still counted until their handlers have run.
    if (tally_.connections <= options_.max_connections + most_closing)
      std::make_shared<Session>(std::move(socket), *this)->read();
    accept();
  });
}

void Server::drop_oldest() {
  if (!incomplete.empty()) incomplete.front()->close();
}

void Server::stop() {
  stopping_ = true;
  Error ignored;
  acceptor_.close(ignored);
  for (auto* session : incomplete) session->close();
  if (tally_.connections == 0) return loop_.stop();
  end_.expires_after(options_.probe.timeout);
  end_.async_wait([this](Error) { loop_.stop(); });
  signals_.async_wait([this](Error error, int) {
    if (!error) loop_.stop();
  });
}

bool Server::covers(const std::string& service) const {
  return service.empty() || std::ranges::find(latest_guests_, service) != latest_guests_.end() ||
         std::ranges::any_of(listed(*latest_), [&](const probe::Verdict& verdict) {
           return verdict.service == service || verdict.service.starts_with(service + ":");
         });
}

void Server::want(const Wish& wish, Use use) {
  if (!wish.reading) return use(nullptr);
  const auto now = Clock::now();
  const auto is_listed = [&] {
    const auto& names = options_.probe.services;
    return std::ranges::find(names, wish.service) != names.end();
  };
  if (!wish.service.empty() && !is_listed()) guests_.ask(wish.service, now);
  if (latest_ && now - begun_ < fresh && covers(wish.service)) return use(latest_);
  waiters_.push_back({now + options_.probe.timeout, wish.service, std::move(use)});
  arm();
  read_when_due();
}

void Server::read_when_due() {
  if (asking_ || due_armed_ || waiters_.empty() || stopping_) return;
  const auto due = begun_ + fresh;
  if (!latest_ || Clock::now() >= due) return begin_reading();
  due_armed_ = true;
  due_.expires_at(due);
  due_.async_wait([this](Error) {
    due_armed_ = false;
    read_when_due();
  });
}

void Server::begin_reading() {
  asking_ = true;
  ++tally_.redis_reads;
  const auto begun = Clock::now();
  begun_ = begun;
  auto guests = guests_.names(begun);
  reader_.ask(guests, [this, begun, guests](Reading reading) {
    asio::post(loop_, [this, begun, guests, reading = std::move(reading)]() mutable {
      take(std::move(reading), begun, std::move(guests));
    });
  });
}

void Server::take(Reading found, Clock::time_point begun, std::vector<std::string> guests) {
  asking_ = false;
  tally_.redis_up = !found.problem;
  if (!found.problem) tally_.last_read = found.at;
  latest_ = std::make_shared<const Reading>(std::move(found));
  latest_guests_ = std::move(guests);
  begun_ = begun;
  std::list<Waiter> served;
  for (auto i = waiters_.begin(); i != waiters_.end();) {
    const auto next = std::next(i);
    if (covers(i->service)) served.splice(served.end(), waiters_, i);
    i = next;
  }
  for (auto& waiter : served) waiter.use(latest_);
  read_when_due();
}

void Server::arm() {
  if (late_armed_ || waiters_.empty()) return;
  late_armed_ = true;
  late_.expires_at(waiters_.front().until + 100ms);  // the reader's own words come first
  late_.async_wait([this](Error) {
    late_armed_ = false;
    give_up_late();
    arm();
  });
}

void Server::give_up_late() {
  const auto now = Clock::now();
  const probe::Problem problem{probe::Reason::timeout, "Redis has not answered in time"};
  std::shared_ptr<const Reading> nothing;
  while (!waiters_.empty() && waiters_.front().until <= now) {
    if (!nothing)
      nothing = std::make_shared<const Reading>(
          without_answer(options_, latest_ ? names_of(listed(*latest_)) : options_.probe.services,
                         guests_.names(now), problem));
    auto waiter = std::move(waiters_.front());
    waiters_.pop_front();
    waiter.use(nothing);
  }
}

}  // namespace

tl::expected<void, std::string> serve(const Options& options, Reader& reader) {
  // It outlives the reader's last word: the sessions hold no more than references to it.
  Server server{options, reader};
  auto served = server.run();
  if (!reader.stop()) _exit(served ? 0 : 1);  // a name lookup hangs, and cannot be told to give up
  return served;
}

}  // namespace board
