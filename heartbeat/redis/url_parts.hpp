#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "redis/endpoint.hpp"

namespace heartbeat::redis {

/// The URL cannot be used. Thrown by the functions below, and caught in parse_url().
struct UrlError {
  std::string text;
};

/// The parts of a URL. The views point into the URL and are not decoded yet.
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
std::vector<Host> read_hosts(const UrlParts& parts, const Host& fallback);

std::uint16_t read_port(std::string_view text);

/// '%41' becomes 'A'. An invalid escape and '+' stay unchanged.
std::string decoded(std::string_view text);

bool is_control_or_space(char c) noexcept;

}  // namespace heartbeat::redis
