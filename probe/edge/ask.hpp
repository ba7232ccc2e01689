#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/verdict.hpp"
#include "redis/client.hpp"
#include "redis/deadline.hpp"
#include "redis/error.hpp"
#include "redis/reply.hpp"

namespace probe {

/// What a failure to reach Redis is to a service.
Problem problem_from(const heartbeat::redis::Error& error);

/// Why a reply is not what the command asks for.
Problem problem_in(std::string_view command, const heartbeat::redis::Reply& reply);

/// Reads all keys in one go; those whose answers are ambiguous once more. Each key's
/// answer is taken once, with the key's number, in any order.
using TakeAnswer = std::function<void(std::size_t, Answer)>;
void ask(heartbeat::redis::Client& client, std::span<const std::string> keys,
         const heartbeat::redis::Deadline& deadline, const TakeAnswer& take);

/// The same, all together, in the keys' order.
std::vector<Answer> ask(heartbeat::redis::Client& client, std::span<const std::string> keys,
                        const heartbeat::redis::Deadline& deadline);

}  // namespace probe
