#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "redis/connection.hpp"
#include "redis/endpoint.hpp"
#include "redis/failure.hpp"

namespace heartbeat {

/// Puts documents under one key of one Redis, over one connection that is made
/// when needed and thrown away at the first doubt: a Redis that became a replica,
/// or that answers late, is found again only by a new connection and a new lookup.
class Publisher {
 public:
  Publisher(redis::Endpoint endpoint, std::string key, std::chrono::seconds ttl);

  /// SETEX. May block until the deadline, and in the resolver beyond it. Never throws.
  tl::expected<void, redis::Error> publish(std::string_view document,
                                           const redis::Deadline& deadline) noexcept;

  /// How often a connection was made anew.
  std::uint64_t reconnects() const noexcept { return connects_ > 0 ? connects_ - 1 : 0; }

 private:
  tl::expected<redis::Connection, redis::Error> connect(const redis::Deadline& deadline);
  tl::expected<void, redis::Error> try_publish(std::string_view document,
                                               const redis::Deadline& deadline);

  redis::Endpoint endpoint_;
  std::string key_;
  std::string ttl_;
  std::optional<redis::Connection> connection_;
  std::uint64_t connects_ = 0;
};

}  // namespace heartbeat
