#include "redis/environment.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
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

tl::expected<Endpoint, std::string> from_variables(const Environment& environment) {
  for (const auto* name : {"HEARTBEAT_REDIS_URL", "REDIS_URL"}) {
    const auto setting = read(environment, name);
    if (!setting) return Failed{setting.error()};
    const auto& found = *setting;
    if (!found) continue;
    auto endpoint = parse_url(found->value);
    if (!endpoint) return Failed{found->name + ": " + endpoint.error()};
    return endpoint;
  }
  return Endpoint{};
}

}  // namespace

Environment process_environment() { return {variable, file}; }

tl::expected<Endpoint, std::string> endpoint_from(const Environment& environment,
                                                  std::string_view url) {
  auto endpoint = url.empty() ? from_variables(environment) : parse_url(url);
  if (!endpoint) return endpoint;
  if (endpoint->username.empty())
    endpoint->username = environment.variable("REDIS_USERNAME").value_or("");
  if (endpoint->password.empty()) {
    auto password = read(environment, "REDIS_PASSWORD");
    if (!password) return Failed{password.error()};
    if (auto& found = *password) endpoint->password = std::move(found->value);
  }
  return endpoint;
}

}  // namespace heartbeat::redis
