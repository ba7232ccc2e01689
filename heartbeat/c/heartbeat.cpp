#include "heartbeat/heartbeat.hpp"

#include <algorithm>
#include <cstddef>

#include "c/handles.hpp"

using namespace heartbeat::c;
using heartbeat::Config;
using heartbeat::Status;

static_assert(static_cast<int>(Status::healthy) == HEARTBEAT_HEALTHY);
static_assert(static_cast<int>(Status::starting) == HEARTBEAT_STARTING);
static_assert(static_cast<int>(Status::degraded) == HEARTBEAT_DEGRADED);
static_assert(static_cast<int>(Status::unhealthy) == HEARTBEAT_UNHEALTHY);

namespace {

// The first version's; a field that comes later is missing from an older caller.
constexpr std::size_t least_config = offsetof(heartbeat_config, log_context) + sizeof(void*);

// The caller's config as this library knows it.
heartbeat_config known(const heartbeat_config* given) {
  heartbeat_config config = HEARTBEAT_CONFIG_INIT;
  if (given == nullptr) return config;
  if (given->size < least_config)
    throw BadArgument{"config.size is not set: begin with HEARTBEAT_CONFIG_INIT"};
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  if (given->size > sizeof config &&
      std::any_of(bytes + sizeof config, bytes + given->size, [](auto byte) { return byte != 0; }))
    throw BadArgument{"the config uses fields that this libheartbeat.so does not know"};
  std::memcpy(&config, given, std::min(given->size, sizeof config));
  return config;
}

std::string text(const char* given) { return given != nullptr ? given : ""; }

Config translate(const heartbeat_config& given) {
  return {.service = text(given.service),
          .redis_url = text(given.redis_url),
          .prefix = text(given.prefix),
          .interval = duration(given.interval_ms, "interval_ms"),
          .ttl = duration(given.ttl_ms, "ttl_ms"),
          .file = text(given.file),
          .start_grace = duration(given.start_grace_ms, "start_grace_ms"),
          .stop_timeout = duration(given.stop_timeout_ms, "stop_timeout_ms")};
}

}  // namespace

extern "C" {

heartbeat_result heartbeat_create(const heartbeat_config* config, heartbeat_beat** beat) {
  return guarded([&] {
    demand(beat, "beat") = nullptr;
    const auto given = known(config);
    auto settings = translate(given);
    auto clock = given.clock != nullptr ? given.clock->clock : nullptr;
    auto lines = std::make_shared<LogLines>();
    settings.clock = clock.get();
    settings.log = [lines, log = given.log, context = given.log_context](std::string_view line) {
      std::string copy{line};
      if (log != nullptr)
        log(context, copy.c_str());
      else
        lines->add(std::move(copy));
    };
    *beat = new heartbeat_beat{settings, std::move(clock), std::move(lines)};
  });
}

heartbeat_result heartbeat_start(heartbeat_beat* beat) {
  return guarded([&] {
    if (demand(beat, "beat").forked()) return;
    const std::lock_guard turn{beat->turning};
    beat->beat.start();
  });
}

void heartbeat_stop(heartbeat_beat* beat) {
  if (beat == nullptr || beat->forked()) return;
  std::ignore = guarded([&] {
    const std::lock_guard turn{beat->turning};
    beat->beat.stop();
    const std::lock_guard lock{beat->mutex};
    for (const auto& question : beat->questions) question->close();
    beat->lines->close();
  });
}

void heartbeat_destroy(heartbeat_beat* beat) {
  if (beat == nullptr || beat->forked()) return;
  heartbeat_stop(beat);
  delete beat;
}

heartbeat_result heartbeat_report(heartbeat_beat* beat, int status, const char* reason) {
  return guarded([&] {
    demand(beat, "beat");
    if (heartbeat_status_name(status) == nullptr)
      throw BadArgument{std::to_string(status) + " is no status"};
    beat->beat.report(static_cast<Status>(status), reason != nullptr ? reason : "");
  });
}

heartbeat_result heartbeat_judge(heartbeat_beat* beat, int* status, char* reason,
                                 std::size_t size) {
  return guarded([&] {
    const auto judgement = demand(beat, "beat").beat.judge();
    if (status != nullptr) *status = static_cast<int>(judgement.status);
    store(judgement.reason, reason, size);
  });
}
}
