#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

/// What the settings are read from; a function, so that tests need no setenv.
struct Environment {
  /// The value of a variable; nothing when it is unset or empty.
  std::function<std::optional<std::string>(const char* name)> variable;
  /// A whole small file without its trailing newlines, or why not.
  std::function<tl::expected<std::string, std::string>(const std::string& path)> file;
};

/// The environment of this process; a file may have 64 KiB at most.
Environment process_environment();

/// The endpoint from `url` if it is not empty, else from HEARTBEAT_REDIS_URL,
/// HEARTBEAT_REDIS_URL_FILE, REDIS_URL, REDIS_URL_FILE in this order, else
/// redis://127.0.0.1:6379; REDIS_USERNAME and REDIS_PASSWORD or
/// REDIS_PASSWORD_FILE fill what it leaves out. The error names the variable.
tl::expected<Endpoint, std::string> endpoint_from(const Environment& environment,
                                                  std::string_view url);

}  // namespace heartbeat::redis
