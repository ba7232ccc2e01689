#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

/// Where configuration is read from. These are functions, so that tests need no setenv.
struct Environment {
  /// The value of a variable; nothing if it is unset or empty.
  std::function<std::optional<std::string>(const char* name)> variable;
  /// A whole small file without its trailing newlines, or why it cannot be read.
  std::function<tl::expected<std::string, std::string>(const std::string& path)> file;
};

/// The environment of this process; a file may have 64 KiB at most.
Environment process_environment();

/// A copy with the present values of the variables that endpoint_from() reads, so that a thread can
/// call it again while the host calls setenv. Files are read again.
Environment captured(const Environment& environment);

/// Where the parts of an endpoint come from: `REDIS_PASSWORD_FILE`, `the URL`. Empty: the endpoint
/// has no such part.
struct Origins {
  std::string url = "default";
  std::string username{};
  std::string password{};
  std::string sentinel_username{};
  std::string sentinel_password{};
  std::string authorities{};  ///< of certificates
};

/// The endpoint from `url` if it is not empty, else from HEARTBEAT_REDIS_URL,
/// HEARTBEAT_REDIS_URL_FILE, REDIS_URL, REDIS_URL_FILE in this order, else
/// redis://127.0.0.1:6379. What it leaves out is filled by REDIS_USERNAME;
/// REDIS_PASSWORD, REDIS_PASSWORD_FILE, REDISCLI_AUTH; for sentinels by
/// REDIS_SENTINEL_USERNAME, REDIS_SENTINEL_PASSWORD, REDIS_SENTINEL_PASSWORD_FILE;
/// for TLS by SSL_CERT_FILE and SSL_CERT_DIR. The error names the variable.
tl::expected<Endpoint, std::string> endpoint_from(const Environment& environment,
                                                  std::string_view url, Origins* origins = nullptr);

/// Whether a variable gives the URL, directly or by a file.
bool names_redis(const Environment& environment);

}  // namespace heartbeat::redis
