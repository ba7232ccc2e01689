#pragma once

#include <span>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "core/silence.hpp"
#include "core/verdict.hpp"
#include "redis/client.hpp"
#include "redis/deadline.hpp"

/// The silences in Redis.
namespace probe {

namespace redis = heartbeat::redis;

/// Reads those that end last: the thousand that count.
redis::Command silences_command(const std::string& key);

/// The members with their scores, for silences_from().
tl::expected<std::vector<std::string>, Problem> read_silences(redis::Client& client,
                                                              const std::string& key,
                                                              const redis::Deadline& deadline);

/// Removes these members, then adds the silences.
tl::expected<void, Problem> write_silences(redis::Client& client, const std::string& key,
                                           std::span<const std::string> removed,
                                           std::span<const Silence> added,
                                           const redis::Deadline& deadline);

}  // namespace probe
