#pragma once

#include <initializer_list>
#include <string>

#include "fetch/fleet.hpp"
#include "redis/client.hpp"
#include "redis/config.hpp"
#include "redis/deadline.hpp"

namespace probe {

/// Where the options or, if `redis_url` is empty, the environment say that Redis is. The problem
/// names the wrong option or variable. May block where a secret is read from a file.
tl::expected<heartbeat::redis::Endpoint, Problem> configured_endpoint(
    const heartbeat::redis::Environment& environment, const std::string& redis_url,
    heartbeat::redis::Origins* origins = nullptr);

/// A fleet in Redis. Every call blocks until the deadline at most, except for the resolver.
class RedisSource final : public FleetSource {
 public:
  /// The client and the prefix must outlive the source.
  RedisSource(heartbeat::redis::Client& client, const std::string& prefix,
              const heartbeat::redis::Deadline& deadline)
      : client_{client}, prefix_{prefix}, deadline_{deadline} {}

  ExpectedNames roster_names() override;
  tl::expected<std::vector<Member>, Problem> roster() override;
  /// Walks over the whole database with SCAN, in many short steps; of a cluster, over that of
  /// one node.
  ExpectedNames scan_names() override;
  void read_documents(std::span<const std::string> names, const TakeAnswer& take) override;

 private:
  ExpectedNames read_array(std::initializer_list<std::string_view> command);

  heartbeat::redis::Client& client_;
  const std::string& prefix_;
  heartbeat::redis::Deadline deadline_;
};

}  // namespace probe
