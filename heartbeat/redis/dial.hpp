#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <tl/expected.hpp>

#include "redis/deadline.hpp"
#include "redis/endpoint.hpp"
#include "redis/failure.hpp"
#include "redis/observer.hpp"
#include "redis/stream.hpp"

namespace heartbeat::redis {

/// A stream, and to whom.
struct Line {
  std::unique_ptr<Stream> stream;
  Host host{};                ///< of a unix socket: without meaning
  std::string where;          ///< for messages: `redis:6379` or `/run/redis.sock`
  bool may_want_tls = false;  ///< it is plain, and there is a network in between
};

/// Connects to the first address of the first host that answers, and secures the
/// line when asked to. Each host and each address gets its share of what is left
/// of the time, so that one which swallows everything does not hide the next.
/// The error names every address tried.
tl::expected<Line, Error> dial(std::span<const Host> hosts, const std::optional<Tls>& tls,
                               const Deadline& deadline, Observer& observer);

tl::expected<Line, Error> dial_unix(const std::string& path, const Deadline& deadline,
                                    Observer& observer);

}  // namespace heartbeat::redis
