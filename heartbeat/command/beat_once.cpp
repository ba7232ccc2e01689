#include "command/beat_once.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "command/documents.hpp"
#include "document/time.hpp"
#include "heartbeat/error.hpp"
#include "process/process.hpp"
#include "run/watchdog.hpp"
#include "writer/redis_sink.hpp"
#include "writer/service_state.hpp"

namespace heartbeat::command {
namespace {

using namespace std::chrono_literals;

std::string complaint(const std::string& what) {
  return fmt::format("healthbeat: nothing is written: {}\n", what);
}

Document document_of(const BeatOptions& options, ServiceState& service) {
  if (options.action == Action::stop) return without_next_beat(service.farewell(), options.ttl);
  service.report(options.status, options.reason);
  return without_next_beat(service.snapshot().document, options.ttl);
}

}  // namespace

ResolvedConfig resolved(const BeatOptions& options, const redis::Environment& environment) {
  auto config = resolve(
      {.service = options.service, .redis_url = options.redis_url, .prefix = options.prefix},
      environment);
  if (!config.find_redis) throw ConfigError(config.no_redis);
  return config;
}

int beat_once(const BeatOptions& options, const redis::Environment& environment,
              std::chrono::steady_clock::time_point started) try {
  const redis::Deadline deadline{.at = started + options.timeout, .limit = options.timeout};
  probe::Watchdog watchdog{deadline.at, probe::Destination{STDERR_FILENO}};
  watchdog.prepare(complaint(fmt::format("no answer within {}", format_duration(options.timeout))),
                   1, 100ms);
  probe::use_builtin_name_services();
  const auto config = resolved(options, environment);
  const Clock clock;
  DetachableThread thread;  // never started: the sink runs in this one
  ServiceState service{config, clock, thread.waker()};
  SharedWriter writer;
  RedisSink sink{config, service.instance().id, thread, writer, {}};
  const auto document = document_of(options, service);
  const auto text = encode(document);
  const auto outcome = sink.write({.text = text,
                                   .written_at = document.written_at.value_or(WallTime{}),
                                   .ttl = options.ttl,
                                   .leaves_roster = options.action == Action::stop},
                                  deadline);
  watchdog.disarm();
  if (outcome == WriteOutcome::accepted) return 0;
  probe::write_once(STDERR_FILENO, complaint(writer.read().last_error));
  return 1;
} catch (const ConfigError& error) {
  probe::write_once(STDERR_FILENO, complaint(error.what()));
  return 1;
}

}  // namespace heartbeat::command
