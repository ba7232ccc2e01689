#include "board/edge/server.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <functional>
#include <optional>

#include "board/core/waiting.hpp"
#include "board/edge/session.hpp"
#include "edge/output.hpp"
#include "host/host.hpp"

namespace board {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using Error = boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto pause_after_failed_accept = 100ms;
constexpr auto grace_to_reader = 100ms;   // its own words come first
constexpr std::size_t most_closing = 32;  // sessions whose end is on its way

/// A timer that is set anew only when the moment is another.
class Alarm {
 public:
  Alarm(asio::io_context& loop, std::function<void()> ring)
      : timer_{loop}, ring_{std::move(ring)} {}

  void set(std::optional<Clock::time_point> at) {
    if (at == at_) return;
    at_ = at;
    timer_.cancel();
    if (!at) return;
    timer_.expires_at(*at);
    timer_.async_wait([this](Error error) {
      // One that was on its way when it was set anew is none.
      if (error || !at_ || Clock::now() < *at_) return;
      at_.reset();
      ring_();
    });
  }

 private:
  asio::steady_timer timer_;
  std::function<void()> ring_;
  std::optional<Clock::time_point> at_;
};

/// Accepts, keeps count, and brings together who asks and who reads; all in the loop's thread.
class Server final : public House {
 public:
  Server(const probe::BoardOptions& options, Reader& reader)
      : options_{options},
        reader_{reader},
        waiting_{options.selection.services, options.acceptance, options.timeout} {
    tally_.started = heartbeat::wall_now();
  }

  tl::expected<void, std::string> run();

  void want(const Wish& wish, Waiting::Use use) override {
    waiting_.want(wish, std::move(use), Clock::now());
    mind_waiting();
  }
  Snapshot snapshot(std::shared_ptr<const Reading> reading) const override {
    return {std::move(reading), tally_, options_.exit_policy};
  }
  void answered(int status) override { ++tally_.requests[status]; }
  void opened() override { ++tally_.connections; }
  void closed() override {
    --tally_.connections;
    if (stopping_ && !ended_ && tally_.connections == 0) loop_.stop();
  }
  bool stopping() const override { return stopping_; }

 private:
  tl::expected<void, std::string> listen();
  void accept();
  void drop_oldest();
  void stop();
  void mind_waiting();
  void read();
  void take(Reading reading);

  const probe::BoardOptions& options_;
  Reader& reader_;
  // Before the loop, whose end ends the sessions.
  Tally tally_;
  bool stopping_ = false, ended_ = false;
  asio::io_context loop_{1};
  tcp::acceptor acceptor_{loop_};
  asio::signal_set signals_{loop_};
  asio::steady_timer pause_{loop_}, end_{loop_};
  Waiting waiting_;  // after the loop: it holds sessions, too
  Alarm due_{loop_, [this] { mind_waiting(); }};
  Alarm late_{loop_, [this] {
                waiting_.give_up(Clock::now(), heartbeat::wall_now());
                mind_waiting();
              }};
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
  end_.expires_after(options_.timeout);
  end_.async_wait([this](Error) { loop_.stop(); });
  signals_.async_wait([this](Error error, int) {
    if (!error) loop_.stop();
  });
}

/// After whatever may have changed who waits, or for what.
void Server::mind_waiting() {
  const auto now = Clock::now();
  const auto due = stopping_ ? std::nullopt : waiting_.due();
  if (due && *due <= now) return read();
  due_.set(due);
  auto late = waiting_.end_of_patience();
  if (late) *late += grace_to_reader;
  late_.set(late);
}

void Server::read() {
  ++tally_.redis_reads;
  reader_.ask(waiting_.begin(Clock::now()), [this](Reading reading) {
    asio::post(loop_, [this, reading = std::move(reading)]() mutable { take(std::move(reading)); });
  });
  mind_waiting();
}

void Server::take(Reading reading) {
  tally_.redis_up = !reading.problem;
  if (!reading.problem) tally_.last_read = reading.at;
  waiting_.take(std::move(reading));
  mind_waiting();
}

}  // namespace

tl::expected<void, std::string> serve(const probe::BoardOptions& options, Reader& reader) {
  // It outlives the reader's last word: the sessions hold no more than references to it.
  Server server{options, reader};
  auto served = server.run();
  if (!reader.stop()) _exit(served ? 0 : 1);  // a name lookup hangs, and cannot be told to give up
  return served;
}

}  // namespace board
