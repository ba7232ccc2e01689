#include "redis/config.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <system_error>
#include <vector>

#include "host/descriptor.hpp"
#include "redis/url.hpp"

namespace heartbeat::redis {
namespace {

using Invalid = tl::unexpected<std::string>;

constexpr std::size_t max_file_bytes = std::size_t{64} * 1024;

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

tl::expected<std::string, std::string> file(const std::string& path) {
  const auto failed = [&path](const std::string& why) {
    return Invalid{"cannot read " + path + ": " + why};
  };
  const auto why = [] { return std::generic_category().message(errno); };
  const Descriptor source{open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!source) return failed(why());

  std::string text;
  char buffer[4096];
  for (;;) {
    const auto n = ::read(source.number(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(why());
    if (n == 0) break;
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.size() > max_file_bytes) return failed("larger than 64 KiB");
  }
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

struct FoundValue {
  std::string variable;  ///< the variable that supplied the text
  std::string text;
};

/// From the variable NAME, else from the file that NAME_FILE names.
tl::expected<std::optional<FoundValue>, std::string> read(const Environment& environment,
                                                          const std::string& name) {
  if (auto value = environment.variable(name.c_str())) return FoundValue{name, std::move(*value)};
  const auto file_name = name + "_FILE";
  const auto path = environment.variable(file_name.c_str());
  if (!path) return std::nullopt;
  auto text = environment.file(*path);
  if (!text) return Invalid{file_name + ": " + text.error()};
  return FoundValue{file_name, std::move(*text)};
}

tl::expected<Endpoint, std::string> from_variables(const Environment& environment,
                                                   Origins& origins) {
  for (const auto* name : {"HEARTBEAT_REDIS_URL", "REDIS_URL"}) {
    const auto read_value = read(environment, name);
    if (!read_value) return Invalid{read_value.error()};
    const auto& value = *read_value;
    if (!value) continue;
    origins.url = value->variable;
    auto endpoint = parse_url(value->text);
    if (!endpoint) return Invalid{value->variable + ": " + endpoint.error()};
    return endpoint;
  }
  return Endpoint{};
}

/// A part of the endpoint, and the variables that fill it if the URL does not.
struct Part {
  std::string& text;
  std::string& origin;
  const char* variable;
  const char* second_variable = nullptr;
};

tl::expected<void, std::string> fill(const Part& part, const Environment& environment) {
  if (!part.text.empty()) {
    part.origin = "the URL";
    return {};
  }
  for (const auto* name : {part.variable, part.second_variable}) {
    if (name == nullptr) continue;
    auto value = read(environment, name);
    if (!value) return Invalid{value.error()};
    if (!*value) continue;
    part.origin = (*value)->variable;
    part.text = std::move((*value)->text);
    break;
  }
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
  std::vector<Part> parts{{login.username, from.username, "REDIS_USERNAME"},
                          {login.password, from.password, "REDIS_PASSWORD", "REDISCLI_AUTH"}};
  if (endpoint->sentinels) {
    auto& [username, password] = endpoint->sentinels->login;
    parts.push_back({username, from.sentinel_username, "REDIS_SENTINEL_USERNAME"});
    parts.push_back({password, from.sentinel_password, "REDIS_SENTINEL_PASSWORD"});
  }
  for (const auto& part : parts)
    if (const auto filled = fill(part, environment); !filled) return Invalid{filled.error()};
  if (auto& tls = endpoint->tls) fill_ca_certificates(*tls, from.authorities, environment);
  return endpoint;
}

}  // namespace heartbeat::redis
