#include "http/server.hpp"

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

#include "host/host.hpp"
#include "http/answer_cache.hpp"
#include "http/read_coalescer.hpp"
#include "http/renderer.hpp"
#include "http/session.hpp"
#include "process/process.hpp"

namespace probe::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto pause_after_failed_accept = 100ms;
constexpr auto grace_to_poller = 100ms;  // the poller's own error says more
constexpr std::size_t max_closing = 32;  // closed sessions whose last handler has not run yet

/// A timer that is restarted only when its time changes.
class Alarm {
 public:
  Alarm(asio::io_context& loop, std::function<void()> call)
      : timer_{loop}, call_{std::move(call)} {}

  void set(std::optional<steady_clock::time_point> at) {
    if (at == at_) return;
    at_ = at;
    timer_.cancel();
    if (!at) return;
    timer_.expires_at(*at);
    timer_.async_wait([this](ErrorCode error) {
      // The timer was restarted after this call was queued.
      if (error || !at_ || steady_clock::now() < *at_) return;
      at_.reset();
      call_();
    });
  }

 private:
  asio::steady_timer timer_;
  std::function<void()> call_;
  std::optional<steady_clock::time_point> at_;
};

/// Accepts connections and starts each poll when it is due, all in the thread of the event loop.
class Server final : public ConnectionHost {
 public:
  Server(const BoardOptions& options, SnapshotPoller& poller)
      : options_{options},
        poller_{poller},
        coalescer_{options.query(), options.timeout + grace_to_poller} {
    stats.started = heartbeat::wall_now();
    allowed_hosts = options.allowed_hosts;
    allowed_hosts.push_back(heartbeat::host_name());
  }

  tl::expected<void, std::string> run(const std::function<void()>& on_listening) {
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
      files.rlim_cur = std::min<rlim_t>(files.rlim_max, options_.max_connections + 64);
      setrlimit(RLIMIT_NOFILE, &files);
    }
    if (auto listening = listen(); !listening) return listening;
    on_listening();
    signals_.add(SIGTERM);
    signals_.add(SIGINT);
    signals_.async_wait([this](ErrorCode error, int) {
      if (!error) stop();
    });
    accept();
    poll_when_due();
    while (true) {
      try {
        loop_.run();
        ended_ = true;
        return {};
      } catch (const std::exception& error) {
        write_once(STDERR_FILENO, fmt::format("healthboard: {}\n", error.what()));
      }
    }
  }

  void respond(const Route& route, std::function<void(Response)> deliver) override {
    if (!route.needs_poll()) return deliver(http::respond(route, stats));
    if (route.resource == Route::Resource::metrics)
      deliver = [this, deliver = std::move(deliver)](Response response) {
        response.tail = own_metrics(stats);
        deliver(std::move(response));
      };
    // A history is of services that may be gone: it does not need a poll that covers it.
    coalescer_.request(
        route.resource == Route::Resource::history ? std::string{} : route.service,
        [this, route, deliver = std::move(deliver)](const AnswerCache::Snapshot& snapshot) {
          answers_.request(route, snapshot, deliver);
        },
        steady_clock::now());
    poll_when_due();
  }

  void count_closed() override {
    --stats.connections;
    if (stopping && !ended_ && stats.connections == 0) loop_.stop();
  }

 private:
  tl::expected<void, std::string> listen() {
    ErrorCode error;
    const auto address = asio::ip::make_address(options_.address, error);
    const tcp::endpoint endpoint{address, options_.port};
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address{true}, error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) return {};
    return tl::unexpected{fmt::format("cannot listen on {}:{}: {}", options_.address, options_.port,
                                      error.message())};
  }

  void accept() {
    acceptor_.async_accept([this](ErrorCode error, tcp::socket socket) {
      if (stopping) return;
      if (error) {
        // Mostly because there are no descriptors left: the next accept would fail at once.
        drop_oldest();
        pause_.expires_after(pause_after_failed_accept);
        return pause_.async_wait([this](ErrorCode) {
          if (!stopping) accept();
        });
      }
      if (stats.connections >= options_.max_connections) drop_oldest();
      // A dropped session counts as a connection until its handlers have run.
      if (stats.connections <= options_.max_connections + max_closing)
        std::make_shared<Session>(std::move(socket), *this)->read();
      accept();
    });
  }

  void drop_oldest() {
    if (!incomplete.empty()) incomplete.front()->close();
  }

  void stop() {
    stopping = true;
    ErrorCode ignored;
    acceptor_.close(ignored);
    for (auto* session : incomplete) session->close();
    if (stats.connections == 0) return loop_.stop();
    end_.expires_after(options_.timeout);
    end_.async_wait([this](ErrorCode) { loop_.stop(); });
    signals_.async_wait([this](ErrorCode error, int) {
      if (!error) loop_.stop();
    });
  }

  /// Called whenever the waiting requests or the latest snapshot may have changed.
  void poll_when_due() {
    const auto now = steady_clock::now();
    const auto due = stopping ? std::nullopt : coalescer_.next_poll();
    if (due && *due <= now) return start_poll();
    poll_alarm_.set(due);
    expiry_alarm_.set(coalescer_.next_expiry());
  }

  void start_poll() {
    ++stats.polls;
    poller_.start(coalescer_.begin(steady_clock::now()), [this](FleetSnapshot snapshot) {
      asio::post(loop_, [this, snapshot = std::move(snapshot)]() mutable {
        complete_poll(std::move(snapshot));
      });
    });
    poll_when_due();
  }

  void complete_poll(FleetSnapshot snapshot) {
    const bool is_success = !snapshot.report.problem;
    if (!options_.file_alone) stats.redis_up = is_success;
    if (is_success) stats.last_success = snapshot.query.now;
    coalescer_.complete(std::move(snapshot));
    poll_when_due();
  }

  /// Renders the answer in the renderer's thread, after its history was read in the poller's.
  void start_answer(const Route& route, const AnswerCache::Snapshot& snapshot,
                    AnswerCache::DeliverResponse deliver) {
    const auto in_loop = [this, deliver = std::move(deliver)](Response response) {
      asio::post(loop_, [deliver, response = std::move(response)]() mutable {
        deliver(std::move(response));
      });
    };
    if (!route.needs_history()) return renderer_.start(route, snapshot, std::nullopt, in_loop);
    const bool is_started =
        poller_.start_history(route.service, [this, route, snapshot, in_loop](History history) {
          renderer_.start(route, snapshot, std::move(history), in_loop);
        });
    if (!is_started) in_loop(error_response(503, "too many histories are being read"));
  }

  const BoardOptions& options_;
  SnapshotPoller& poller_;
  bool ended_ = false;  // declared before the loop, whose destructor ends the sessions
  asio::io_context loop_{1};
  tcp::acceptor acceptor_{loop_};
  asio::signal_set signals_{loop_};
  asio::steady_timer pause_{loop_}, end_{loop_};
  ReadCoalescer coalescer_;  // declared after the loop, because it holds sessions
  Renderer renderer_;
  AnswerCache answers_{[this](const Route& route, const AnswerCache::Snapshot& snapshot,
                              AnswerCache::DeliverResponse deliver) {
    start_answer(route, snapshot, std::move(deliver));
  }};
  Alarm poll_alarm_{loop_, [this] { poll_when_due(); }};
  Alarm expiry_alarm_{loop_, [this] {
                        coalescer_.expire(steady_clock::now(), heartbeat::wall_now());
                        poll_when_due();
                      }};
};

}  // namespace

tl::expected<void, std::string> serve(const BoardOptions& options, SnapshotPoller& poller,
                                      const std::function<void()>& on_listening) {
  // Destroyed after the poller's last call and after the sessions, which hold references to it.
  Server server{options, poller};
  auto served = server.run(on_listening);
  if (!poller.stop()) _exit(served ? 0 : 1);  // a name lookup that hangs cannot be cancelled
  return served;
}

}  // namespace probe::http
