#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "cli/options.hpp"
#include "core/verdict.hpp"
#include "redis/client.hpp"
#include "redis/config.hpp"
#include "redis/deadline.hpp"

/// What healthprobe does with Redis beside checks, such as --forget.
namespace probe {

struct RedisActionResult {
  std::string output{};
  std::string complaints{};  ///< for standard error; whole lines
  int exit_status = 0;
};

using RedisAction = std::function<tl::expected<RedisActionResult, Problem>(
    redis::Client& client, const redis::Deadline& deadline)>;

/// Does the action of that option and prints its result. Returns its exit status, or 1 after it has
/// said why it failed. Ends the process itself when the options' timeout has passed since
/// `started`.
int run_redis_action(std::string_view option, const Options& options,
                     const redis::Environment& environment,
                     std::chrono::steady_clock::time_point started, const RedisAction& action);

}  // namespace probe
