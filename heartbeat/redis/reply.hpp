#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "redis/failure.hpp"

namespace heartbeat::redis {

struct ErrorReply {
  std::string text;
};
struct Nil {};
/// Of strings and numbers, which are spelt out; a nil in it is an empty string. The elements of
/// an array in it stand in its place, as in SCAN's answer: the cursor, then the keys.
using Array = std::vector<std::string>;
/// This command alone could not be asked: the cluster node that has its key is
/// out of reach.
struct Unanswered {
  Error why;
};

/// One answer.
using Reply = std::variant<Nil, std::int64_t, std::string, Array, ErrorReply, Unanswered>;

}  // namespace heartbeat::redis
