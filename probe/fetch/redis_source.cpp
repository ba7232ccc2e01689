#include "fetch/redis_source.hpp"

#include "document/names.hpp"
#include "edge/ask.hpp"
#include "edge/roster.hpp"
#include "edge/scan.hpp"

namespace probe {

namespace redis = heartbeat::redis;

tl::expected<redis::Endpoint, Problem> configured_endpoint(const redis::Environment& environment,
                                                           const std::string& redis_url,
                                                           redis::Origins* origins) {
  return redis::endpoint_from(environment, redis_url, origins)
      .map_error([&](const std::string& error) {
        return Problem{Reason::usage, (redis_url.empty() ? "" : "--redis: ") + error};
      });
}

FleetSource::ExpectedNames RedisSource::roster_names() {
  return read_names(client_, prefix_, deadline_);
}

tl::expected<std::vector<Member>, Problem> RedisSource::roster() {
  return read_roster(client_, prefix_, deadline_);
}

FleetSource::ExpectedNames RedisSource::scan_names() {
  return probe::scan_names(client_, prefix_, deadline_);
}

void RedisSource::read_documents(std::span<const std::string> names, const TakeAnswer& take) {
  std::vector<std::string> keys;
  keys.reserve(names.size());
  for (const auto& name : names) keys.push_back(heartbeat::document_key(prefix_, name));
  if (!keys.empty()) ask(client_, keys, deadline_, take);
}

}  // namespace probe
