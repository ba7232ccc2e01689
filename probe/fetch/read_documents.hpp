#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "core/verdict.hpp"
#include "redis/client.hpp"
#include "redis/deadline.hpp"
#include "redis/error.hpp"
#include "redis/resp.hpp"

namespace probe {

/// What a failure to ask Redis means for a service.
Problem problem_from(const heartbeat::redis::Error& error);

/// Why a reply is not what the command asks for.
Problem problem_in(std::string_view command, const heartbeat::redis::Reply& reply);

/// Reads the documents of all keys in one round trip, and ambiguous ones once more. Takes the
/// answer for each key once, as it arrives, with the key's number. Blocks until the
/// deadline at most, except for the resolver.
void read_documents(heartbeat::redis::Client& client, std::span<const std::string> keys,
                    const heartbeat::redis::Deadline& deadline,
                    const std::function<void(std::size_t, Answer)>& take);

}  // namespace probe
