#include "redis/resolve.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

namespace heartbeat::redis {
namespace {

template <typename T>
Address address_from(const T& specific) {
  Address address;
  std::memcpy(&address.storage, &specific, sizeof specific);
  address.length = sizeof specific;
  return address;
}

template <typename T>
T as(const Address& address) {
  T specific{};
  std::memcpy(&specific, &address.storage, sizeof specific);
  return specific;
}

std::optional<Address> numeric(const std::string& host, std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) return address_from(v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) return address_from(v6);
  return std::nullopt;
}

Result<std::vector<Address>> look_up(const Host& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const auto service = std::to_string(host.port);
  const int error = getaddrinfo(host.name.c_str(), service.c_str(), &hints, &list);
  if (error != 0) {
    const auto why = error == EAI_SYSTEM ? std::generic_category().message(errno)
                                         : std::string{gai_strerror(error)};
    return Failed{{Failure::dns, "cannot resolve '" + host.name + "': " + why}};
  }
  std::vector<Address> addresses;
  for (const auto* entry = list; entry != nullptr; entry = entry->ai_next) {
    auto& address = addresses.emplace_back();
    address.length = std::min<socklen_t>(entry->ai_addrlen, sizeof address.storage);
    std::memcpy(&address.storage, entry->ai_addr, address.length);
  }
  freeaddrinfo(list);
  return addresses;
}

}  // namespace

std::string to_string(const Address& address) {
  char text[INET6_ADDRSTRLEN] = "";
  switch (address.storage.ss_family) {
    case AF_INET: {
      const auto v4 = as<sockaddr_in>(address);
      inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
      return to_string(Host{text, ntohs(v4.sin_port)});
    }
    case AF_INET6: {
      const auto v6 = as<sockaddr_in6>(address);
      inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
      return to_string(Host{text, ntohs(v6.sin6_port)});
    }
    default: {
      const auto local = as<sockaddr_un>(address);
      return {local.sun_path, strnlen(local.sun_path, sizeof local.sun_path)};
    }
  }
}

bool is_numeric(const std::string& host) { return numeric(host, 0).has_value(); }

Result<std::vector<Address>> resolve(const Host& host) {
  if (const auto address = numeric(host.name, host.port)) return std::vector{*address};
  if (host.name == "localhost") {  // an empty image has no /etc/hosts
    std::vector<Address> both;
    for (const auto* name : {"127.0.0.1", "::1"})
      if (const auto address = numeric(name, host.port)) both.push_back(*address);
    return both;
  }
  return look_up(host);
}

Result<Address> unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  constexpr auto longest = sizeof address.sun_path - 1;
  if (path.size() > longest)
    return Failed{{Failure::unreachable, path + ": longer than the " + std::to_string(longest) +
                                             " bytes that the path of a unix socket may have"}};
  std::memcpy(address.sun_path, path.data(), path.size());
  return address_from(address);
}

}  // namespace heartbeat::redis
