#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace heartbeat::redis {

/// A URL without its scheme, cut but not decoded. The authority ends at the
/// first '/', '?' or '#', its user information at the last '@'.
struct UrlParts {
  std::string_view user_info;
  std::string_view hosts;  ///< `host:port`, more than one separated by commas
  std::string_view path;
  std::string_view query;
  std::string_view after_authority;  ///< path, query and fragment
};

UrlParts split_url(std::string_view text);

/// The first value of that name in the query which is not empty, decoded.
std::optional<std::string> option(std::string_view query, std::string_view name);

/// '%41' becomes 'A'; an escape that is none stays as it is, and so does '+'.
std::string decoded(std::string_view text);

/// The other way: all but letters, digits and "-._~" become '%41' (RFC 3986).
std::string encoded(std::string_view text);

}  // namespace heartbeat::redis
