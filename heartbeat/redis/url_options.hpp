#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

/// The options of a query that say how a secure connection is made, by redis-py's
/// names, with its spellings of values and with Celery's.
tl::expected<Tls, std::string> read_tls(std::string_view query);

/// A database number from 0 to 2147483647.
tl::expected<std::uint32_t, std::string> read_database(const std::string& text);

}  // namespace heartbeat::redis
