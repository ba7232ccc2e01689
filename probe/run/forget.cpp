#include <fmt/format.h>

#include <algorithm>

#include "document/names.hpp"
#include "fetch/redis_source.hpp"
#include "run/redis_action.hpp"
#include "run/run.hpp"

namespace probe {
namespace {

std::string outcome(const std::string& name, const std::string& roster, bool removed, bool beats) {
  const auto text = removed ? fmt::format("{} is removed from the roster {}", name, roster)
                            : fmt::format("{} was not on the roster {}", name, roster);
  return text + (removed && beats ? ", but it still beats: its next beat adds it again\n" : "\n");
}

bool is_pattern(const std::string& name) { return name.find('*') != name.npos; }

/// The names, with the names on the roster that it matches in place of each pattern.
std::vector<std::string> matched(const std::vector<std::string>& patterns,
                                 std::span<const Member> roster) {
  std::vector<std::string> names;
  for (const auto& pattern : patterns) {
    const auto before = names.size();
    for (const auto& member : roster)
      if (is_pattern(pattern) && matches(pattern, member.name)) names.push_back(member.name);
    if (names.size() == before) names.push_back(pattern);  // Redis says that it is not there
  }
  return names;
}

tl::expected<RedisActionResult, Problem> forgotten(const Options& options, redis::Client& client,
                                                   const redis::Deadline& deadline) {
  using Failed = tl::unexpected<Problem>;
  const auto& prefix = options.acceptance.prefix;
  const auto roster = heartbeat::roster_key(prefix);
  auto names = options.forget;
  if (std::ranges::any_of(names, is_pattern)) {
    const auto listed = RedisSource{client, prefix, deadline}.roster();
    if (!listed) return Failed{listed.error()};
    names = matched(names, listed->members);
  }
  std::vector<std::string> keys, marks;  // the commands refer to them
  keys.reserve(names.size());
  marks.reserve(names.size());
  std::vector<redis::Command> commands;
  for (const auto& name : names) {
    commands.push_back(
        {"ZREM", roster, name, marks.emplace_back(name).append(heartbeat::host_mark)});
    commands.push_back({"PTTL", keys.emplace_back(heartbeat::document_key(prefix, name))});
  }
  const auto replies = client.ask(commands, deadline);
  if (!replies) return Failed{problem_from(replies.error())};

  RedisActionResult result;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto* removed = std::get_if<std::int64_t>(&(*replies)[2 * i]);
    if (removed == nullptr) return Failed{problem_in("ZREM", (*replies)[2 * i])};
    const auto* pttl = std::get_if<std::int64_t>(&(*replies)[2 * i + 1]);
    result.output +=
        outcome(names[i], roster, *removed != 0, pttl != nullptr && *pttl != Answer::no_key);
    if (*removed == 0) result.exit_status = 1;
  }
  return result;
}

}  // namespace

int forget(const Options& options, const redis::Environment& environment,
           std::chrono::steady_clock::time_point started) {
  return run_redis_action("--forget", options, environment, started,
                          [&](redis::Client& client, const redis::Deadline& deadline) {
                            return forgotten(options, client, deadline);
                          });
}

}  // namespace probe
