#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

/// The source of configuration. Its members are functions, so that tests need no setenv.
struct Environment {
  /// The value of a variable; nothing if it is unset or empty.
  std::function<std::optional<std::string>(const char* name)> variable;
  /// The content of a file without trailing newlines, or why it cannot be read.
  std::function<tl::expected<std::string, std::string>(const std::string& path)> file;
};

/// The environment of this process. A file may have at most 64 KiB.
Environment process_environment();

/// A copy of the variables (not of the files), for a thread whose host may call setenv.
Environment captured(const Environment& environment);

/// The source of each part of an endpoint: `REDIS_PASSWORD_FILE`, `the URL`; empty: no such part.
struct Origins {
  std::string url = "default";
  std::string username{};
  std::string password{};
  std::string sentinel_username{};
  std::string sentinel_password{};
  std::string authorities{};  ///< the source of trusted certificates
};

/// The endpoint from `url` if it is not empty, else from HEARTBEAT_REDIS_URL or REDIS_URL, else
/// redis://127.0.0.1:6379. Parts that the URL leaves out come from REDIS_USERNAME; REDIS_PASSWORD,
/// REDISCLI_AUTH; REDIS_SENTINEL_USERNAME, REDIS_SENTINEL_PASSWORD; SSL_CERT_FILE, SSL_CERT_DIR.
/// Each but the last two may have _FILE added. The error names the variable.
tl::expected<Endpoint, std::string> endpoint_from(const Environment& environment,
                                                  std::string_view url, Origins* origins = nullptr);

/// The setting whose URL is `none`, which means that there is no Redis: `redis_url` for `url`, else
/// the name of the variable. Nothing if there is a Redis.
std::optional<std::string> source_of_none(const Environment& environment, std::string_view url);

/// Whether a variable holds the URL or names a file that holds it.
bool names_redis(const Environment& environment);

}  // namespace heartbeat::redis
