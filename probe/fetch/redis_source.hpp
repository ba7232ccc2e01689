#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fetch/fleet.hpp"
#include "redis/client.hpp"
#include "redis/config.hpp"
#include "redis/deadline.hpp"
#include "redis/error.hpp"
#include "redis/resp.hpp"

namespace probe {

namespace redis = heartbeat::redis;

/// The Redis of `redis_url` or, if empty, of the environment. May block where a secret is read.
tl::expected<redis::Endpoint, Problem> configured_endpoint(const redis::Environment& environment,
                                                           const std::string& redis_url,
                                                           redis::Origins* origins = nullptr);

/// `health:* in database 0 at redis:6379, as user probe`: for people, without secrets.
std::string source_of(const redis::Endpoint& endpoint, const std::string& prefix);

/// The problem that a failed request to Redis is for a service.
Problem problem_from(const redis::Error& error);

/// The problem with a reply that is not of the type that the command returns.
Problem problem_in(std::string_view command, const redis::Reply& reply);

/// The elements of the reply to a command that returns an array.
tl::expected<std::vector<std::string>, Problem> array_in(std::string_view command,
                                                         redis::Reply& reply);

/// The problem, which blames this machine instead of Redis if judging took at least half of the
/// limit.
Problem with_own_time(Problem problem, std::chrono::milliseconds judging,
                      std::chrono::milliseconds limit);

/// A fleet in Redis. Every call blocks until the deadline at most, except for the resolver.
class RedisSource final : public FleetSource {
 public:
  static constexpr std::size_t no_limit = SIZE_MAX;
  /// The client and the prefix must outlive the source. A roster of more than `max_members` is a
  /// problem.
  RedisSource(redis::Client& client, const std::string& prefix, const redis::Deadline& deadline,
              std::size_t max_members = no_limit)
      : client_{client}, prefix_{prefix}, deadline_{deadline}, max_members_{max_members} {}

  std::string place() const override;
  tl::expected<Listing, Problem> listing() override;
  tl::expected<Roster, Problem> roster() override;
  /// Reads the whole database with SCAN, in many short steps. In a cluster, it reads one node.
  ExpectedNames scan_names() override;
  /// Reads all documents over one connection, and those with an ambiguous answer once more.
  void read_documents(std::span<const std::string> names, const TakeAnswer& take,
                      const TakeSilences& take_silences) override;

 private:
  ExpectedNames read_array(std::initializer_list<std::string_view> command);
  /// The end of a ZRANGE of all members, or of one more than are allowed.
  std::string last_member() const;
  std::optional<Problem> too_many(std::size_t members) const;
  redis::Result<void> read_once(std::span<const std::string> names, const TakeAnswer& take,
                                const TakeSilences& take_silences);

  redis::Client& client_;
  const std::string& prefix_;
  redis::Deadline deadline_;
  std::size_t max_members_;
};

}  // namespace probe
