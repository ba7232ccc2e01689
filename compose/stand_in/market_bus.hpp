#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "redis/deadline.hpp"
#include "redis/endpoint.hpp"
#include "redis/resp.hpp"
#include "redis/transport.hpp"

namespace stand_in {

/// The time limit of one operation on the bus, and the pause before the next try.
inline constexpr std::chrono::milliseconds bus_limit{200};
inline constexpr std::chrono::milliseconds bus_pause{500};

/// The endpoint of the market bus: the Redis that the heartbeat also uses. Throws
/// heartbeat::ConfigError.
heartbeat::redis::Endpoint bus_endpoint();

/// Connects. The error is a text for messages, without a secret.
tl::expected<heartbeat::redis::Transport, std::string> connect_to_bus(
    const heartbeat::redis::Endpoint& endpoint);

/// A connection that is subscribed to one channel. Not thread-safe.
class Subscription {
 public:
  static tl::expected<Subscription, std::string> open(const heartbeat::redis::Endpoint& endpoint,
                                                      const std::string& channel);

  /// The messages that come within `wait`. An error if the connection was closed, or if the server
  /// is silent and does not answer a PING.
  tl::expected<std::vector<std::string>, std::string> receive(std::chrono::milliseconds wait);

 private:
  explicit Subscription(heartbeat::redis::Transport transport)
      : transport_{std::move(transport)},
        reader_{std::make_unique<heartbeat::redis::ReplyReader>(transport_.where)} {}

  tl::expected<void, std::string> send(const heartbeat::redis::Command& command);
  /// Nothing if no reply is complete before the deadline.
  tl::expected<std::optional<heartbeat::redis::Reply>, std::string> next(
      const heartbeat::redis::Deadline& deadline);

  heartbeat::redis::Transport transport_;
  std::unique_ptr<heartbeat::redis::ReplyReader> reader_;
  std::chrono::steady_clock::time_point heard_ = std::chrono::steady_clock::now();
  bool pinged_ = false;
};

}  // namespace stand_in
