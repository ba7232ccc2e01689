#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "beat/settings.hpp"
#include "redis/client.hpp"
#include "redis/deadline.hpp"
#include "redis/failure.hpp"

namespace heartbeat {

/// Puts documents under one key of one Redis, over connections that are made
/// when needed and thrown away at the first doubt: a Redis that became a replica,
/// that answers late, or whose password has changed is found again only by a new
/// connection, a new lookup and new settings.
class Publisher {
 public:
  Publisher(FindRedis find, std::string key, std::chrono::seconds ttl);

  /// SETEX. May block until the deadline, and in the resolver and on files that
  /// hold secrets beyond it. Never throws.
  tl::expected<void, redis::Error> publish(std::string_view document,
                                           const redis::Deadline& deadline) noexcept;

  /// How often Redis had to be sought anew.
  std::uint64_t reconnects() const noexcept { return connects_ > 0 ? connects_ - 1 : 0; }

 private:
  tl::expected<void, redis::Error> try_publish(std::string_view document,
                                               const redis::Deadline& deadline);

  FindRedis find_;
  std::string key_;
  std::string ttl_;
  std::optional<redis::Client> client_;  ///< none: the last beat failed
  bool counted_ = false;                 ///< the client has connected
  std::uint64_t connects_ = 0;
};

}  // namespace heartbeat
