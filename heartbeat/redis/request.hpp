#pragma once

#include <span>
#include <string>
#include <string_view>

namespace heartbeat::redis {

/// Appends a command as Redis reads it: an array of strings, each behind its length, so that any
/// bytes will do (https://redis.io/docs/latest/develop/reference/protocol-spec). hiredis
/// can do that, too, but by printf: for a fleet's questions, that takes longer than Redis
/// takes to answer them.
void append_request(std::span<const std::string_view> words, std::string& bytes);

}  // namespace heartbeat::redis
