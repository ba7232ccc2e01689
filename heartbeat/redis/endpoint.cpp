#include "redis/endpoint.hpp"

namespace heartbeat::redis {

std::string to_string(const Host& host) {
  const bool v6 = host.name.find(':') != host.name.npos;
  return (v6 ? "[" + host.name + "]" : host.name) + ":" + std::to_string(host.port);
}

std::string to_string(const Endpoint& endpoint) {
  if (!endpoint.unix_path.empty()) return endpoint.unix_path;
  std::string text = endpoint.sentinels ? endpoint.sentinels->master + " at " : "";
  for (std::size_t i = 0; i < endpoint.hosts.size(); ++i)
    text += (i > 0 ? "," : "") + to_string(endpoint.hosts[i]);
  return text;
}

}  // namespace heartbeat::redis
