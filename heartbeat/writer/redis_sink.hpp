#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "document/document.hpp"
#include "redis/client.hpp"
#include "redis/deadline.hpp"
#include "redis/failure.hpp"
#include "redis/reply.hpp"
#include "writer/config.hpp"

namespace heartbeat {

/// Puts documents under one key of one Redis, and the service on its roster, over connections that
/// are made when needed and thrown away at the first doubt: a Redis that became a replica, that
/// answers late, or whose password has changed is found again only by a new connection, a new
/// lookup and new settings.
class RedisSink {
 public:
  explicit RedisSink(const ResolvedConfig& settings);

  /// What a document took the place of.
  struct PreviousDocument {
    /// As much as a signature needs, empty where there was no key; none if Redis
    /// does not let us look, which is no failure.
    std::optional<std::string> beginning{};
    /// Nothing failed since the last document, and it went to the same server over
    /// the same connection.
    bool unbroken = false;
  };

  /// SETEX, and in the same round trip GETRANGE before it and ZADD of `now` to the
  /// roster behind it. Both are extras: a user who may not do one is asked for it again
  /// only over the next connection, for every refusal leaves a line in Redis's ACL LOG.
  /// May block until the deadline, and in the resolver and
  /// on files that hold secrets beyond it. Never throws.
  tl::expected<PreviousDocument, redis::Error> publish(std::string_view document, WallTime now,
                                                       const redis::Deadline& deadline) noexcept;

  /// How often Redis had to be sought anew.
  std::uint64_t reconnects() const noexcept { return connects_ > 0 ? connects_ - 1 : 0; }

 private:
  tl::expected<PreviousDocument, redis::Error> try_publish(std::string_view document, WallTime now,
                                                           const redis::Deadline& deadline);
  PreviousDocument replaced_by(const redis::Reply* before, std::uint64_t turns);

  FindRedis find_;
  std::string key_;
  std::string ttl_;
  std::string roster_;
  std::string member_;
  std::optional<redis::Client> client_;  ///< none: the last beat failed
  bool counted_ = false;                 ///< the client has connected
  bool may_look_ = true;                 ///< as far as the client knows
  bool may_enlist_ = true;               ///< likewise
  std::optional<std::uint64_t> turns_;   ///< the client's, at its last document
  std::uint64_t connects_ = 0;
};

}  // namespace heartbeat
