#include "edge/roster.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "document/names.hpp"
#include "edge/ask.hpp"
#include "redis/reply.hpp"

namespace probe {

namespace redis = heartbeat::redis;

namespace {

tl::expected<redis::Array, Problem> read_array(redis::Client& client,
                                               std::initializer_list<std::string> words,
                                               const redis::Deadline& deadline) {
  const std::array<redis::Command, 1> commands{redis::Command{words.begin(), words.end()}};
  auto replies = client.ask(commands, deadline);
  if (!replies) return tl::unexpected{problem_from(replies.error())};
  auto& reply = replies->front();
  if (auto* array = std::get_if<redis::Array>(&reply)) return std::move(*array);
  return tl::unexpected{problem_in(*words.begin(), reply)};
}

}  // namespace

tl::expected<std::vector<std::string>, Problem> read_names(redis::Client& client,
                                                           const std::string& prefix,
                                                           const redis::Deadline& deadline) {
  auto names = read_array(client, {"ZRANGE", heartbeat::roster_key(prefix), "0", "-1"}, deadline);
  if (!names) return names;
  std::erase_if(*names, [](const auto& name) { return !heartbeat::is_member_name(name); });
  return names;
}

tl::expected<std::vector<Member>, Problem> read_roster(redis::Client& client,
                                                       const std::string& prefix,
                                                       const redis::Deadline& deadline) {
  return read_array(client, {"ZRANGE", heartbeat::roster_key(prefix), "0", "-1", "WITHSCORES"},
                    deadline)
      .map(roster_from);
}

}  // namespace probe
