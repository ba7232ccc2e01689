#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "redis/endpoint.hpp"

namespace stand_in {

/// How long one step with the bus may take, and the pause before the next try.
inline constexpr std::chrono::milliseconds bus_limit{200};
inline constexpr std::chrono::milliseconds bus_pause{500};

/// Where the market bus is: the Redis that the heartbeat uses, too. Throws
/// heartbeat::ConfigError.
heartbeat::redis::Endpoint bus_endpoint();

/// A connection that is subscribed to one channel. Not thread-safe.
class Subscription {
 public:
  /// The error is for people, and holds no secret.
  static tl::expected<Subscription, std::string> open(const heartbeat::redis::Endpoint& endpoint,
                                                      const std::string& channel);
  ~Subscription();
  Subscription(Subscription&&) noexcept;
  Subscription& operator=(Subscription&&) noexcept;

  /// Messages that come within `wait`. An error once the connection is gone: it
  /// was closed, or the server is silent and does not answer a PING either.
  tl::expected<std::vector<std::string>, std::string> receive(std::chrono::milliseconds wait);

 private:
  class Impl;
  explicit Subscription(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace stand_in
