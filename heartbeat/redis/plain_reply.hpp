#pragma once

#include <cstddef>
#include <string_view>

#include "redis/resp.hpp"

namespace heartbeat::redis {

/// An integer or a string at the beginning of received bytes. A fleet has two such replies for each
/// service: hiredis, which copies and moves their bytes, would take most of the time that it takes
/// to receive them. All else is left to hiredis.
struct PlainReply {
  enum class Extent {
    complete,
    incomplete,  ///< so far it may be one of at most `max_bytes`
    other,
  };
  Extent extent = Extent::other;
  std::size_t bytes = 0;  ///< of a complete one
  Reply reply{};
};

/// Equals what hiredis reads. Pure. No bytes are incomplete.
PlainReply read_plain_reply(std::string_view bytes, std::size_t max_bytes);

}  // namespace heartbeat::redis
