#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "redis/endpoint.hpp"
#include "redis/url_parts.hpp"

namespace heartbeat::redis {

/// The hosts of a URL, at least one; what is left out is as it is in `fallback`.
tl::expected<std::vector<Host>, std::string> read_hosts(const UrlParts& parts,
                                                        const Host& fallback);

/// What to say when the '@' came too late: an unencoded '/', '?' or '#' in the
/// password ended the authority, so that host, port and database are pieces of
/// the password, which must not be shown.
std::string password_cut_short(const UrlParts& parts);

/// An '@' stands where only a password that was cut short can have brought it.
bool has_stray_at(const UrlParts& parts);

}  // namespace heartbeat::redis
