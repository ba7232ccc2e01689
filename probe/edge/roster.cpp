#include "edge/roster.hpp"

#include <array>

#include "edge/ask.hpp"
#include "redis/reply.hpp"

namespace probe {

namespace redis = heartbeat::redis;

std::string roster_key(const std::string& prefix) { return prefix + ":services"; }

tl::expected<std::vector<Member>, Problem> read_roster(redis::Client& client,
                                                       const std::string& prefix,
                                                       const redis::Deadline& deadline) {
  const auto key = roster_key(prefix);
  const std::array<redis::Command, 1> commands{
      redis::Command{"ZRANGE", key, "0", "-1", "WITHSCORES"}};
  const auto replies = client.ask(commands, deadline);
  if (!replies) return tl::unexpected{problem_from(replies.error())};
  const auto* names_and_scores = std::get_if<redis::Array>(&replies->front());
  if (names_and_scores == nullptr) return tl::unexpected{problem_in("ZRANGE", replies->front())};
  return roster_from(*names_and_scores);
}

}  // namespace probe
