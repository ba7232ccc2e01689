#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "redis/error.hpp"

namespace heartbeat::redis {

/// The name of a command and its arguments.
using Command = std::vector<std::string_view>;

struct ErrorReply {
  std::string text;
};
struct Nil {};
/// The elements as text; nil is an empty string. An array within the array is replaced by its
/// elements: SCAN's reply becomes the cursor, then the keys.
using Array = std::vector<std::string>;
/// This command alone got no reply: the cluster node that has its key cannot be reached.
struct Unanswered {
  Error why;
};

/// The reply to one command.
using Reply = std::variant<Nil, std::int64_t, std::string, Array, ErrorReply, Unanswered>;
/// The replies to several commands, in the order of the commands.
using Replies = std::vector<Reply>;

}  // namespace heartbeat::redis
