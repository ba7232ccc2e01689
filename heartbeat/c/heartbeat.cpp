#include "heartbeat/heartbeat.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "c/internal.hpp"
#include "heartbeat/build.hpp"

namespace heartbeat::c {
namespace {

// Of fixed size: it needs no memory and no destructor.
thread_local std::array<char, HEARTBEAT_REASON_SIZE> last_error{};

constexpr std::chrono::milliseconds max_duration = std::chrono::years{100};

}  // namespace

heartbeat_result fail(heartbeat_result result, std::string_view text) noexcept {
  const auto length = std::min(text.size(), last_error.size() - 1);
  *std::copy_n(text.begin(), length, last_error.begin()) = '\0';
  return result;
}

std::chrono::milliseconds duration(std::int64_t milliseconds, const char* what) {
  const std::chrono::milliseconds value{milliseconds};
  if (value > max_duration || value < -max_duration)
    throw ConfigError(what + (" of " + std::to_string(milliseconds)) +
                      "ms is not accepted: a duration is at most 100 years");
  return value;
}

}  // namespace heartbeat::c

using namespace heartbeat::c;
using heartbeat::Config;
using heartbeat::Status;

static_assert(static_cast<int>(Status::healthy) == HEARTBEAT_HEALTHY);
static_assert(static_cast<int>(Status::starting) == HEARTBEAT_STARTING);
static_assert(static_cast<int>(Status::degraded) == HEARTBEAT_DEGRADED);
static_assert(static_cast<int>(Status::unhealthy) == HEARTBEAT_UNHEALTHY);

namespace {

// The sizes of the first versions; a field added later is missing from an older caller.
constexpr std::size_t min_config_size = offsetof(heartbeat_config, log_context) + sizeof(void*);
constexpr std::size_t min_writer_size = offsetof(heartbeat_writer, rival) + HEARTBEAT_TEXT_SIZE;

// The caller's config with the fields of this library.
heartbeat_config known(const heartbeat_config* given) {
  heartbeat_config config = HEARTBEAT_CONFIG_INIT;
  if (given == nullptr) return config;
  if (given->size < min_config_size)
    throw bad_argument("config.size is not set: begin with HEARTBEAT_CONFIG_INIT");
  const auto* bytes = reinterpret_cast<const unsigned char*>(given);
  if (given->size > sizeof config &&
      std::any_of(bytes + sizeof config, bytes + given->size, [](auto byte) { return byte != 0; }))
    throw bad_argument("the config uses fields that this libheartbeat.so does not know");
  std::memcpy(&config, given, std::min(given->size, sizeof config));
  return config;
}

std::string text(const char* given) { return given != nullptr ? given : ""; }

Config translate(const heartbeat_config& given) {
  return {.service = text(given.service),
          .instance = text(given.instance),
          .redis_url = text(given.redis_url),
          .prefix = text(given.prefix),
          .interval = duration(given.interval_ms, "interval_ms"),
          .ttl = duration(given.ttl_ms, "ttl_ms"),
          .file = text(given.file),
          .start_grace = duration(given.start_grace_ms, "start_grace_ms"),
          .stop_timeout = duration(given.stop_timeout_ms, "stop_timeout_ms"),
          .log_changes = given.log_changes != 0};
}

}  // namespace

extern "C" {

const char* heartbeat_last_error(void) { return last_error.data(); }

const char* heartbeat_version(void) { return heartbeat::build_info().version; }

const char* heartbeat_commit(void) { return heartbeat::build_info().commit; }

const char* heartbeat_tls(void) { return heartbeat::build_info().tls; }

const char* heartbeat_libraries(void) { return heartbeat::build_info().libraries; }

const char* heartbeat_status_name(int status) {
  if (status < HEARTBEAT_HEALTHY || status > HEARTBEAT_UNHEALTHY) return nullptr;
  return heartbeat::to_string(static_cast<heartbeat::Status>(status)).data();
}

heartbeat_result heartbeat_create(const heartbeat_config* config, heartbeat_beat** beat) {
  return guarded([&] {
    require(beat, "beat") = nullptr;
    const auto given = known(config);
    auto translated = translate(given);
    auto clock = given.clock != nullptr ? given.clock->clock : nullptr;
    auto lines = std::make_shared<LogQueue>();
    translated.clock = clock.get();
    translated.log = [lines, log = given.log, context = given.log_context](std::string_view line) {
      std::string copy{line};
      if (log != nullptr)
        log(context, copy.c_str());
      else
        lines->add(std::move(copy));
    };
    *beat = new heartbeat_beat{translated, std::move(clock), std::move(lines)};
  });
}

heartbeat_result heartbeat_start(heartbeat_beat* beat) {
  return guarded([&] {
    require(beat, "beat").beat.start();
    beat->process = getpid();
  });
}

void heartbeat_stop(heartbeat_beat* beat) {
  if (beat == nullptr || beat->forked()) return;
  std::ignore = guarded([&] {
    beat->beat.stop();
    const std::lock_guard lock{beat->questions_mutex};
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
    require(beat, "beat");
    if (heartbeat_status_name(status) == nullptr)
      throw bad_argument(std::to_string(status) + " is not a status");
    beat->beat.report(static_cast<Status>(status), reason != nullptr ? reason : "");
  });
}

heartbeat_result heartbeat_judge(heartbeat_beat* beat, int* status, char* reason,
                                 std::size_t size) {
  return guarded([&] {
    const auto judgement = require(beat, "beat").beat.judge();
    if (status != nullptr) *status = static_cast<int>(judgement.status);
    store(judgement.reason, reason, size);
  });
}

heartbeat_result heartbeat_get_writer(const heartbeat_beat* beat, heartbeat_writer* writer) {
  return guarded([&] {
    if (require(writer, "writer").size < min_writer_size)
      throw bad_argument("writer.size is not set: begin with HEARTBEAT_WRITER_INIT");
    const auto now = require(beat, "beat").beat.writer();
    heartbeat_writer known = HEARTBEAT_WRITER_INIT;
    known.size = writer->size;
    known.late_beats = now.late_beats;
    known.failed_writes = now.failed_writes;
    known.reconnects = now.reconnects;
    known.vanished = now.vanished;
    known.lateness_ms = now.lateness.count();
    known.worst_lateness_ms = now.worst_lateness.count();
    known.last_write_ms = now.last_write.count();
    known.suspended_ms = now.suspended.count();
    store(now.last_error, known.last_error, HEARTBEAT_TEXT_SIZE);
    store(now.file_error, known.file_error, HEARTBEAT_TEXT_SIZE);
    store(now.lapse, known.lapse, HEARTBEAT_TEXT_SIZE);
    store(now.rival, known.rival, HEARTBEAT_TEXT_SIZE);
    store(now.dates_error, known.dates_error, HEARTBEAT_TEXT_SIZE);
    std::memcpy(writer, &known, std::min(writer->size, sizeof known));
  });
}

std::uint64_t heartbeat_sequence(const heartbeat_beat* beat) { return beat->beat.sequence(); }
}
