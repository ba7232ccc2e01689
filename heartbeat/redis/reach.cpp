#include "redis/reach.hpp"

#include <span>

#include "redis/sentinel.hpp"

namespace heartbeat::redis {

tl::expected<Line, Error> reach(const Endpoint& endpoint, const Redactor& redactor,
                                const Deadline& deadline, Observer& observer) {
  if (!endpoint.unix_path.empty()) return dial_unix(endpoint.unix_path, deadline, observer);
  if (!endpoint.sentinels) return dial(endpoint.hosts, endpoint.tls, deadline, observer);
  const auto master = find_master(endpoint, redactor, deadline, observer);
  if (!master) return tl::unexpected{master.error()};
  return dial(std::span{&*master, 1}, endpoint.tls, deadline, observer);
}

}  // namespace heartbeat::redis
