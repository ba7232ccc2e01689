#include "edge/forget.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "document/duration.hpp"
#include "document/names.hpp"
#include "edge/ask.hpp"
#include "edge/output.hpp"
#include "edge/roster.hpp"
#include "edge/watchdog.hpp"
#include "redis/client.hpp"

namespace probe {
namespace {

namespace redis = heartbeat::redis;
using namespace std::chrono_literals;

std::string nothing_done(Reason reason, std::string_view why) {
  return fmt::format("healthprobe: nothing is forgotten: [{}] {}\n", to_string(reason), why);
}

/// What became of one; of one that still beats, that it will be back.
std::string outcome(const std::string& name, const std::string& roster, bool removed, bool beats) {
  const auto text = removed ? fmt::format("{} is off the roster {}", name, roster)
                            : fmt::format("{} was not on the roster {}", name, roster);
  return text + (removed && beats ? ", but it beats: its next beat brings it back\n" : "\n");
}

}  // namespace

int forget(const Options& options, const redis::Environment& environment,
           std::chrono::steady_clock::time_point started) {
  write_once(STDERR_FILENO, options.warning);
  const redis::Deadline deadline{.at = started + options.timeout, .limit = options.timeout};
  Watchdog watchdog{deadline.at};
  watchdog.prepare(
      nothing_done(Reason::timeout,
                   fmt::format("no answer within {}", heartbeat::format_duration(options.timeout))),
      1, 100ms);
  const auto fail = [&](const Problem& problem) {
    write_once(STDERR_FILENO, nothing_done(problem.reason, problem.what));
    watchdog.disarm();
    return 1;
  };

  auto endpoint = redis::endpoint_from(environment, options.redis_url);
  if (!endpoint) return fail({Reason::usage, endpoint.error()});
  redis::Client client{std::move(*endpoint)};
  const auto roster = heartbeat::roster_key(options.acceptance.prefix);
  std::vector<std::string> keys;
  for (const auto& name : options.forget)
    keys.push_back(heartbeat::document_key(options.acceptance.prefix, name));
  std::vector<redis::Command> commands;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    commands.push_back({"ZREM", roster, options.forget[i]});
    commands.push_back({"PTTL", keys[i]});
  }
  const auto replies = client.ask(commands, deadline);
  if (!replies) return fail(problem_from(replies.error()));

  std::string text;
  bool all = true;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const auto* removed = std::get_if<std::int64_t>(&(*replies)[2 * i]);
    if (removed == nullptr) return fail(problem_in("ZREM", (*replies)[2 * i]));
    const auto* pttl = std::get_if<std::int64_t>(&(*replies)[2 * i + 1]);
    text += outcome(options.forget[i], roster, *removed != 0,
                    pttl != nullptr && *pttl != Answer::no_key);
    all = all && *removed != 0;
  }
  watchdog.disarm();
  write_once(STDOUT_FILENO, text);
  return all ? 0 : 1;
}

}  // namespace probe
