#include "redis/url_options.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "document/text.hpp"
#include "redis/url_parts.hpp"

namespace heartbeat::redis {
namespace {

using Failed = tl::unexpected<std::string>;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// A decoded value may hold anything, a newline included.
std::string shown(const std::string& text) {
  constexpr std::size_t longest = 80;
  return truncate(printable(text), longest);
}

/// As redis-py reads a truth value: all but these is true.
bool is_true(const std::string& text) {
  constexpr std::array<std::string_view, 5> no{"0", "f", "false", "n", "no"};
  return std::ranges::find(no, lower(text)) == no.end();
}

}  // namespace

tl::expected<Tls, std::string> read_tls(std::string_view query) {
  Tls tls;
  if (const auto demand = option(query, "ssl_cert_reqs")) {
    auto word = lower(*demand);
    if (word.starts_with("cert_")) word.erase(0, 5);
    // A client that takes `optional` verifies what it is shown, and a server
    // always shows one.
    tls.verify = word != "none";
    if (word != "none" && word != "optional" && word != "required")
      return Failed{"ssl_cert_reqs '" + shown(*demand) +
                    "' is not one of none, optional, required"};
  }
  tls.check_hostname = is_true(option(query, "ssl_check_hostname").value_or("true"));
  tls.ca_file = option(query, "ssl_ca_certs").value_or("");
  tls.ca_directory = option(query, "ssl_ca_path").value_or("");
  tls.certificate = option(query, "ssl_certfile").value_or("");
  tls.key = option(query, "ssl_keyfile").value_or("");
  tls.key_password = option(query, "ssl_password").value_or("");
  return tls;
}

tl::expected<std::uint32_t, std::string> read_database(const std::string& text) {
  std::int32_t database = -1;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, database);
  if (stop != end || error != std::errc{} || database < 0)
    return Failed{"database '" + shown(text) + "' is not a number from 0 to 2147483647"};
  return static_cast<std::uint32_t>(database);
}

}  // namespace heartbeat::redis
