#include "redis/environment.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <initializer_list>
#include <map>
#include <span>
#include <system_error>

#include "redis/url.hpp"

namespace heartbeat::redis {
namespace {

using Failed = tl::unexpected<std::string>;

constexpr std::size_t largest_file = std::size_t{64} * 1024;

struct Descriptor {
  int fd;
  explicit Descriptor(const std::string& path) : fd{open(path.c_str(), O_RDONLY | O_CLOEXEC)} {}
  ~Descriptor() {
    if (fd >= 0) close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
};

std::optional<std::string> variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

tl::expected<std::string, std::string> file(const std::string& path) {
  const auto failed = [&path](const std::string& why) {
    return Failed{"cannot read " + path + ": " + why};
  };
  const auto why = [] { return std::generic_category().message(errno); };
  const Descriptor source{path};
  if (source.fd < 0) return failed(why());

  std::string text;
  char buffer[4096];
  for (;;) {
    const auto n = ::read(source.fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed(why());
    if (n == 0) break;
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.size() > largest_file) return failed("larger than 64 KiB");
  }
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

struct Setting {
  std::string name;  ///< of the variable that gave it
  std::string value;
};

/// The setting from NAME, else from the file that NAME_FILE names.
tl::expected<std::optional<Setting>, std::string> read(const Environment& environment,
                                                       const std::string& name) {
  if (auto value = environment.variable(name.c_str())) return Setting{name, std::move(*value)};
  const auto file_name = name + "_FILE";
  const auto path = environment.variable(file_name.c_str());
  if (!path) return std::nullopt;
  auto text = environment.file(*path);
  if (!text) return Failed{file_name + ": " + text.error()};
  return Setting{file_name, std::move(*text)};
}

tl::expected<Endpoint, std::string> from_variables(const Environment& environment,
                                                   Origins& origins) {
  for (const auto* name : {"HEARTBEAT_REDIS_URL", "REDIS_URL"}) {
    const auto setting = read(environment, name);
    if (!setting) return Failed{setting.error()};
    const auto& found = *setting;
    if (!found) continue;
    origins.url = found->name;
    auto endpoint = parse_url(found->value);
    if (!endpoint) return Failed{found->name + ": " + endpoint.error()};
    return endpoint;
  }
  return Endpoint{};
}

/// Fills `target` from the first of the variables that is set, unless the URL did.
tl::expected<void, std::string> fill(std::string& target, std::string& origin,
                                     const Environment& environment,
                                     std::initializer_list<const char*> names) {
  if (!target.empty()) {
    origin = "the URL";
    return {};
  }
  for (const auto* name : names) {
    auto setting = read(environment, name);
    if (!setting) return Failed{setting.error()};
    auto& found = *setting;
    if (!found) continue;
    origin = found->name;
    target = std::move(found->value);
    return {};
  }
  return {};
}

void trust_system(Tls& tls, std::string& origin, const Environment& environment) {
  origin = tls.ca_file.empty() && tls.ca_directory.empty() ? "the system" : "the URL";
  if (origin == "the URL") return;
  tls.ca_file = environment.variable("SSL_CERT_FILE").value_or("");
  tls.ca_directory = environment.variable("SSL_CERT_DIR").value_or("");
  if (!tls.ca_file.empty())
    origin = "SSL_CERT_FILE";
  else if (!tls.ca_directory.empty())
    origin = "SSL_CERT_DIR";
}

constexpr std::array variables_of_interest{"HEARTBEAT_REDIS_URL",
                                           "HEARTBEAT_REDIS_URL_FILE",
                                           "REDIS_URL",
                                           "REDIS_URL_FILE",
                                           "REDIS_USERNAME",
                                           "REDIS_USERNAME_FILE",
                                           "REDIS_PASSWORD",
                                           "REDIS_PASSWORD_FILE",
                                           "REDISCLI_AUTH",
                                           "REDIS_SENTINEL_USERNAME",
                                           "REDIS_SENTINEL_PASSWORD",
                                           "REDIS_SENTINEL_PASSWORD_FILE",
                                           "SSL_CERT_FILE",
                                           "SSL_CERT_DIR",
                                           "REDISCLI_AUTH_FILE",
                                           "REDIS_SENTINEL_USERNAME_FILE"};

}  // namespace

Environment process_environment() { return {variable, file}; }

Environment captured(const Environment& environment) {
  std::map<std::string, std::string, std::less<>> values;
  for (const auto* name : variables_of_interest)
    if (auto value = environment.variable(name)) values.emplace(name, std::move(*value));
  return {.variable = [values = std::move(values)](const char* name) -> std::optional<std::string> {
            const auto found = values.find(name);
            if (found == values.end()) return std::nullopt;
            return found->second;
          },
          .file = environment.file};
}

bool names_redis(const Environment& environment) {
  // The first of them are those of the URL.
  return std::ranges::any_of(std::span{variables_of_interest}.first<4>(), [&](const char* name) {
    return environment.variable(name).has_value();
  });
}

tl::expected<Endpoint, std::string> endpoint_from(const Environment& environment,
                                                  std::string_view url, Origins* origins) {
  Origins unasked;
  auto& from = origins != nullptr ? *origins : unasked;
  auto endpoint = url.empty() ? from_variables(environment, from) : parse_url(url);
  if (!endpoint) return endpoint;
  auto& login = endpoint->login;
  auto filled = fill(login.username, from.username, environment, {"REDIS_USERNAME"});
  if (filled)
    filled = fill(login.password, from.password, environment, {"REDIS_PASSWORD", "REDISCLI_AUTH"});
  if (auto& sentinels = endpoint->sentinels; filled && sentinels) {
    filled = fill(sentinels->login.username, from.sentinel_username, environment,
                  {"REDIS_SENTINEL_USERNAME"});
    if (filled)
      filled = fill(sentinels->login.password, from.sentinel_password, environment,
                    {"REDIS_SENTINEL_PASSWORD"});
  }
  if (!filled) return Failed{filled.error()};
  if (auto& tls = endpoint->tls) trust_system(*tls, from.authorities, environment);
  return endpoint;
}

}  // namespace heartbeat::redis
