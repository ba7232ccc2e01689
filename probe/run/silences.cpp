#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "document/names.hpp"
#include "document/text.hpp"
#include "document/time.hpp"
#include "fetch/redis_source.hpp"
#include "fetch/silences.hpp"
#include "host/host.hpp"
#include "render/silences.hpp"
#include "run/redis_action.hpp"
#include "run/run.hpp"

namespace probe {
namespace {

using ActionResult = tl::expected<RedisActionResult, Problem>;

/// `anna@laptop`: who runs this program, as the environment says. No name service is asked: the
/// program is static.
std::string person(const redis::Environment& environment) {
  std::string user;
  for (const auto* variable : {"SUDO_USER", "USER", "LOGNAME"})
    if (user.empty()) user = environment.variable(variable).value_or("");
  if (user.empty()) user = getuid() == 0 ? "root" : fmt::format("uid-{}", getuid());
  return heartbeat::printable(user + "@" + heartbeat::host_name(), max_silence_by);
}

/// A line for each name that nobody has ever seen: a slip of the pen would silence nothing.
std::string unknown_names(const std::vector<std::string>& names, const Listing& roster) {
  std::string complaints;
  for (const auto& name : names)
    if (std::ranges::none_of(roster.names, [&](const auto& known) {
          return known == name || known.starts_with(name + ":");
        }))
      complaints += fmt::format("healthprobe: {} is not on the roster: is the name right?\n", name);
  return complaints;
}

ActionResult silenced(const Options& options, const std::string& by, redis::Client& client,
                      const redis::Deadline& deadline) {
  const auto& names = options.selection.services;
  const auto& prefix = options.acceptance.prefix;
  const auto key = heartbeat::silences_key(prefix);
  const auto now = heartbeat::wall_now();
  const auto until = now + options.silence.value_or(std::chrono::milliseconds{0});
  const auto known = read_silences(client, key, deadline);
  if (!known) return tl::unexpected{known.error()};
  std::vector<Silence> added;
  for (const auto& name : names) added.push_back({name, until, by, options.reason});
  const auto removed = replaced_members(*known, names, now);
  if (auto written = write_silences(client, key, removed, added, deadline); !written)
    return tl::unexpected{written.error()};
  RedisActionResult result;
  for (const auto& silence : added)
    result.output += fmt::format("{} is {}\n", silence.name, silence_text(silence));
  if (const auto roster = RedisSource{client, prefix, deadline}.listing())
    result.complaints = unknown_names(names, *roster);
  return result;
}

ActionResult unsilenced(const Options& options, redis::Client& client,
                        const redis::Deadline& deadline) {
  const auto& names = options.selection.services;
  const auto key = heartbeat::silences_key(options.acceptance.prefix);
  const auto now = heartbeat::wall_now();
  const auto known = read_silences(client, key, deadline);
  if (!known) return tl::unexpected{known.error()};
  const auto removed = replaced_members(*known, names, now);
  if (auto written = write_silences(client, key, removed, {}, deadline); !written)
    return tl::unexpected{written.error()};
  RedisActionResult result;
  const auto silences = silences_from(*known, now);
  for (const auto& name : names) {
    const bool was_silenced = std::ranges::find(silences, name, &Silence::name) != silences.end();
    const auto* service = was_silenced ? nullptr : silence_of(name, silences);
    if (!was_silenced) result.exit_status = 1;
    result.output += was_silenced ? name + " is not silenced any more\n"
                     : service == nullptr
                         ? name + " was not silenced\n"
                         : fmt::format("{} was not silenced, but {} is\n", name, service->name);
  }
  return result;
}

ActionResult listed_silences(const Options& options, redis::Client& client,
                             const redis::Deadline& deadline) {
  const auto key = heartbeat::silences_key(options.acceptance.prefix);
  const auto known = read_silences(client, key, deadline);
  if (!known) return tl::unexpected{known.error()};
  const auto now = heartbeat::wall_now();
  const auto silences = silences_from(*known, now);
  RedisActionResult result;
  if (options.format == Format::json)
    for (const auto& silence : silences) result.output += silence_json(silence) + "\n";
  else
    result.output = silences.empty() ? "nothing is silenced\n" : silences_table(silences, now);
  return result;
}

}  // namespace

int change_silences(const Options& options, const redis::Environment& environment,
                    std::chrono::steady_clock::time_point started) {
  return run_redis_action(options.silence ? "--silence" : "--unsilence", options, environment,
                          started, [&](redis::Client& client, const redis::Deadline& deadline) {
                            return options.silence
                                       ? silenced(options, person(environment), client, deadline)
                                       : unsilenced(options, client, deadline);
                          });
}

int show_silences(const Options& options, const redis::Environment& environment,
                  std::chrono::steady_clock::time_point started) {
  return run_redis_action("--silences", options, environment, started,
                          [&](redis::Client& client, const redis::Deadline& deadline) {
                            return listed_silences(options, client, deadline);
                          });
}

}  // namespace probe
