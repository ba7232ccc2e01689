#include "redis/config.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <vector>

#include "host/text_file.hpp"
#include "redis/url.hpp"

namespace heartbeat::redis {
namespace {

using Invalid = tl::unexpected<std::string>;

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  std::string_view text = value;
  if (text.starts_with("\xef\xbb\xbf"))
    text.remove_prefix(3);                          // from a file that begins with a BOM
  if (text.ends_with('\r')) text.remove_suffix(1);  // from a file with Windows line ends
  if (text.empty()) return std::nullopt;
  return std::string{text};
}

tl::expected<std::string, std::string> file(const std::string& path) {
  auto text = read_text_file(path);
  while (text && (text->ends_with('\n') || text->ends_with('\r'))) text->pop_back();
  return text;
}

struct FoundValue {
  std::string variable{};  ///< the variable that supplied the text; empty: none is set
  std::string text{};
};

/// From the first variable that is set; NAME_FILE, which names a file, comes after NAME.
tl::expected<FoundValue, std::string> read(const Environment& environment,
                                           const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (auto value = environment.variable(name.c_str())) return FoundValue{name, std::move(*value)};
    const auto file_name = name + "_FILE";
    const auto path = environment.variable(file_name.c_str());
    if (!path) continue;
    auto text = environment.file(*path);
    if (!text) return Invalid{file_name + ": " + text.error()};
    if (text->empty()) return Invalid{file_name + ": " + *path + " is empty"};
    return FoundValue{file_name, std::move(*text)};
  }
  return FoundValue{};
}

tl::expected<Endpoint, std::string> from_variables(const Environment& environment,
                                                   Origins& origins) {
  const auto value = read(environment, {"HEARTBEAT_REDIS_URL", "REDIS_URL"});
  if (!value) return Invalid{value.error()};
  if (value->variable.empty()) return Endpoint{};
  origins.url = value->variable;
  return parse_url(value->text).map_error([&](const std::string& why) {
    return value->variable + ": " + why;
  });
}

/// A part of the endpoint, and the variables that fill it if the URL does not.
struct Part {
  std::string& text;
  std::string& origin;
  std::vector<std::string> variables;
};

tl::expected<void, std::string> fill(const Part& part, const Environment& environment) {
  part.origin = "the URL";
  if (!part.text.empty()) return {};
  auto value = read(environment, part.variables);
  if (!value) return Invalid{value.error()};
  part.origin = std::move(value->variable);
  part.text = std::move(value->text);
  return {};
}

void fill_ca_certificates(Tls& tls, std::string& origin, const Environment& environment) {
  origin = "the URL";
  if (!tls.ca_file.empty() || !tls.ca_directory.empty()) return;
  tls.ca_file = environment.variable("SSL_CERT_FILE").value_or("");
  tls.ca_directory = environment.variable("SSL_CERT_DIR").value_or("");
  origin = !tls.ca_file.empty()        ? "SSL_CERT_FILE"
           : !tls.ca_directory.empty() ? "SSL_CERT_DIR"
                                       : "the system";
}

}  // namespace

Environment process_environment() { return {variable, file}; }

Environment captured(const Environment& environment) {
  std::map<std::string, std::string, std::less<>> values;
  for (const std::string name :
       {"HEARTBEAT_REDIS_URL", "REDIS_URL", "REDIS_USERNAME", "REDIS_PASSWORD", "REDISCLI_AUTH",
        "REDIS_SENTINEL_USERNAME", "REDIS_SENTINEL_PASSWORD", "SSL_CERT_FILE", "SSL_CERT_DIR"})
    for (const auto& variable : {name, name + "_FILE"})
      if (auto value = environment.variable(variable.c_str()))
        values.emplace(variable, std::move(*value));
  return {.variable = [values = std::move(values)](const char* name) -> std::optional<std::string> {
            const auto found = values.find(name);
            if (found == values.end()) return std::nullopt;
            return found->second;
          },
          .file = environment.file};
}

std::optional<std::string> source_of_none(const Environment& environment, std::string_view url) {
  if (!url.empty()) return url == no_redis ? std::optional<std::string>{"redis_url"} : std::nullopt;
  for (const std::string name : {"HEARTBEAT_REDIS_URL", "REDIS_URL"}) {
    if (const auto value = environment.variable(name.c_str()))
      return *value == no_redis ? std::optional{name} : std::nullopt;
    if (environment.variable((name + "_FILE").c_str())) return std::nullopt;
  }
  return std::nullopt;
}

bool names_redis(const Environment& environment) {
  constexpr std::array names{"HEARTBEAT_REDIS_URL", "HEARTBEAT_REDIS_URL_FILE", "REDIS_URL",
                             "REDIS_URL_FILE"};
  return std::ranges::any_of(
      names, [&](const char* name) { return environment.variable(name).has_value(); });
}

tl::expected<Endpoint, std::string> endpoint_from(const Environment& environment,
                                                  std::string_view url, Origins* origins) {
  Origins unused;
  auto& from = origins != nullptr ? *origins : unused;
  auto endpoint = url.empty() ? from_variables(environment, from) : parse_url(url);
  if (!endpoint) return endpoint;
  auto& login = endpoint->login;
  const bool needs_password = login.password.empty();
  std::vector<Part> parts{{login.username, from.username, {"REDIS_USERNAME"}},
                          {login.password, from.password, {"REDIS_PASSWORD", "REDISCLI_AUTH"}}};
  if (auto& sentinels = endpoint->sentinels) {
    parts.push_back(
        {sentinels->login.username, from.sentinel_username, {"REDIS_SENTINEL_USERNAME"}});
    parts.push_back(
        {sentinels->login.password, from.sentinel_password, {"REDIS_SENTINEL_PASSWORD"}});
  }
  for (const auto& part : parts)
    if (const auto filled = fill(part, environment); !filled) return Invalid{filled.error()};
  if (needs_password) login.password_variable = from.password;
  if (auto& tls = endpoint->tls) fill_ca_certificates(*tls, from.authorities, environment);
  return endpoint;
}

}  // namespace heartbeat::redis
