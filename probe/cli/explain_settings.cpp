#include "cli/explain_settings.hpp"

namespace probe {
namespace {

namespace redis = heartbeat::redis;

std::string origin_or(const std::string& origin, const char* otherwise) {
  return origin.empty() ? otherwise : origin;
}

EffectiveSetting user(const char* name, const std::string& value, const std::string& origin) {
  return {name, value.empty() ? "the default user" : value, origin_or(origin, "default")};
}

EffectiveSetting secret(const char* name, const std::string& value, const std::string& origin) {
  return {name, value.empty() ? "none" : "***", origin_or(origin, "default")};
}

std::string tls_text(const redis::Tls& tls) {
  if (!tls.verify) return "on, but nothing is verified";
  return tls.check_hostname ? "on, certificate and host name verified"
                            : "on, certificate verified, host name not";
}

std::string authorities_text(const redis::Tls& tls) {
  if (!tls.ca_file.empty()) return tls.ca_file;
  return tls.ca_directory.empty() ? "where the system keeps them" : tls.ca_directory;
}

}  // namespace

std::vector<EffectiveSetting> effective_endpoint(const redis::Endpoint& endpoint,
                                                 const redis::Origins& origins) {
  std::vector<EffectiveSetting> all;
  all.push_back({"redis", to_string(endpoint), origins.url});
  if (const auto& sentinels = endpoint.sentinels) {
    all.push_back(user("sentinel user", sentinels->login.username, origins.sentinel_username));
    all.push_back(
        secret("sentinel password", sentinels->login.password, origins.sentinel_password));
  }
  all.push_back(user("user", endpoint.login.username, origins.username));
  all.push_back(secret("password", endpoint.login.password, origins.password));
  all.push_back({"database", std::to_string(endpoint.database), origins.url});
  all.push_back({"tls", endpoint.tls ? tls_text(*endpoint.tls) : "off", origins.url});
  if (endpoint.tls && endpoint.tls->verify)
    all.push_back({"CA certificates", authorities_text(*endpoint.tls), origins.authorities});
  if (endpoint.tls && !endpoint.tls->certificate.empty())
    all.push_back({"client certificate", endpoint.tls->certificate, origins.url});
  return all;
}

}  // namespace probe
