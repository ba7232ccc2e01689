#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

/// The URL that means that there is no Redis. parse_url() refuses it.
inline constexpr std::string_view no_redis = "none";

/// Reads a URL as redis-py's from_url does: the user information ends at the last '@', the user
/// name at the first ':'; '%41' is decoded, '+' is not; a host may be "[::1]"; `?db=` overrides the
/// path, and other options fill the parts that the URL leaves out; unknown options are ignored.
///
///     redis://[[user]:password@]host[:port][,host...][/database][?options]
///     rediss://...                     the same over TLS
///     unix://[[user]:password@]/path[?db=N]
///     redis-sentinel://[[user]:password@]host[:port][,host...]/master[/database]
///
/// and the schemes of other clients (valkey://, redis+socket://, ...). Options: db, host, port,
/// username, password; ssl_cert_reqs, ssl_check_hostname, ssl_ca_certs, ssl_ca_path, ssl_certfile,
/// ssl_keyfile, ssl_password; sentinel_username, sentinel_password. The error never holds a
/// password.
tl::expected<Endpoint, std::string> parse_url(std::string_view url);

}  // namespace heartbeat::redis
