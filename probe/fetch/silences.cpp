#include "fetch/silences.hpp"

#include "fetch/redis_source.hpp"

namespace probe {

redis::Command silences_command(const std::string& key) {
  return {"ZRANGE", key, "-1000", "-1", "WITHSCORES"};
}

tl::expected<std::vector<std::string>, Problem> read_silences(redis::Client& client,
                                                              const std::string& key,
                                                              const redis::Deadline& deadline) {
  const auto command = silences_command(key);
  auto replies = client.ask({&command, 1}, deadline);
  if (!replies) return tl::unexpected{problem_from(replies.error())};
  return array_in("ZRANGE", replies->front());
}

tl::expected<void, Problem> write_silences(redis::Client& client, const std::string& key,
                                           std::span<const std::string> removed,
                                           std::span<const Silence> added,
                                           const redis::Deadline& deadline) {
  std::vector<std::string> words;  // the commands refer to them
  words.reserve(2 * added.size());
  std::vector<redis::Command> commands;
  if (!removed.empty()) {
    commands.push_back({"ZREM", key});
    commands.back().insert(commands.back().end(), removed.begin(), removed.end());
  }
  for (const auto& silence : added) {
    const auto& score = words.emplace_back(score_of(silence));
    commands.push_back({"ZADD", key, score, words.emplace_back(member_of(silence))});
  }
  if (commands.empty()) return {};
  const auto replies = client.ask(commands, deadline);
  if (!replies) return tl::unexpected{problem_from(replies.error())};
  for (std::size_t i = 0; i < commands.size(); ++i)
    if (!std::holds_alternative<std::int64_t>((*replies)[i]))
      return tl::unexpected{problem_in(commands[i].front(), (*replies)[i])};
  return {};
}

}  // namespace probe
