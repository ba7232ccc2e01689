#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

/// The parts of a URL. The views are not decoded yet; they point into the URL. The authority ends
/// at the first '/', '?' or '#', its user information at the last '@', the user name at the first
/// ':'.
struct UrlParts {
  std::string scheme{};            ///< lower case; empty: the URL has none
  bool has_user_info = false;      ///< an '@' ends the user information
  Login login{};                   ///< decoded
  std::string_view hosts{};        ///< `host:port`, several separated by commas
  std::string_view path{};         ///< with its first '/'
  std::string_view after_hosts{};  ///< path, query and fragment
  /// Names and values of the query, decoded, in their order. Empty values are left out.
  std::vector<std::pair<std::string, std::string>> options{};

  /// The first value of that name in the query; empty: there is none.
  std::string option(std::string_view name) const;
};

UrlParts split_url(std::string_view url);

/// The hosts of the URL, at least one. `fallback` supplies a missing name or port.
tl::expected<std::vector<Host>, std::string> read_hosts(const UrlParts& parts,
                                                        const Host& fallback);

/// A port from 1 to 65535.
tl::expected<std::uint16_t, std::string> read_port(std::string_view text);

/// '%41' becomes 'A'. An invalid escape and '+' stay unchanged.
std::string decoded(std::string_view text);

/// A decoded value as printable text of at most 80 bytes, for messages.
std::string shown(std::string_view value);

bool is_control(char c) noexcept;
bool is_control_or_space(char c) noexcept;

}  // namespace heartbeat::redis
