#include "stand_in/publisher.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "redis/connection.hpp"
#include "stand_in/market_bus.hpp"

namespace stand_in {

namespace redis = heartbeat::redis;

struct Publisher::State {
  State(std::string to, BusLog tell) : channel{std::move(to)}, log{std::move(tell)} {}

  const redis::Endpoint endpoint = bus_endpoint();
  const std::string channel;
  const BusLog log;
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<std::string> unsent;
  bool ended = false;

  /// Waits for the text to send next. Returns nothing when the Publisher is gone.
  std::optional<std::string> wait() {
    std::unique_lock lock{mutex};
    changed.wait(lock, [this] { return ended || unsent; });
    return ended ? std::nullopt : std::exchange(unsent, std::nullopt);
  }

  void pause() {
    std::unique_lock lock{mutex};
    changed.wait_for(lock, bus_pause, [this] { return ended; });
  }

  tl::expected<void, std::string> send(std::optional<redis::Connection>& connection,
                                       const std::string& text) const {
    if (!connection) {
      auto transport = connect_to_bus(endpoint);
      if (!transport) return tl::unexpected(transport.error());
      connection.emplace(std::move(*transport), endpoint.login, 0, redis::Redactor{endpoint});
    }
    const redis::Command publish{"PUBLISH", channel, text};
    const auto replies = connection->ask({&publish, 1}, redis::Deadline::after(bus_limit));
    if (!replies) return tl::unexpected(replies.error().what);
    if (const auto* refusal = std::get_if<redis::ErrorReply>(&replies->front()))
      return tl::unexpected(refusal->text);
    return {};
  }

  void run() {
    std::optional<redis::Connection> connection;
    bool down = false;
    while (const auto text = wait()) {
      const auto sent = send(connection, *text);
      if (down != !sent) log(sent ? "the market bus is back" : "no market bus: " + sent.error());
      down = !sent;
      if (!down) continue;
      connection.reset();
      pause();
    }
  }
};

Publisher::Publisher(std::string channel, BusLog log)
    : state_{std::make_shared<State>(std::move(channel), std::move(log))} {
  std::thread{[state = state_] { state->run(); }}.detach();
}

Publisher::~Publisher() {
  {
    const std::lock_guard lock{state_->mutex};
    state_->ended = true;
  }
  state_->changed.notify_one();
}

void Publisher::publish(std::string text) {
  {
    const std::lock_guard lock{state_->mutex};
    state_->unsent = std::move(text);
  }
  state_->changed.notify_one();
}

}  // namespace stand_in
