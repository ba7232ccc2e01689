#include "c/result.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "heartbeat/status.hpp"

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

extern "C" {

const char* heartbeat_last_error(void) { return last_error.data(); }

const char* heartbeat_version(void) { return HEARTBEAT_VERSION; }

const char* heartbeat_status_name(int status) {
  if (status < HEARTBEAT_HEALTHY || status > HEARTBEAT_UNHEALTHY) return nullptr;
  return heartbeat::to_string(static_cast<heartbeat::Status>(status)).data();
}
}
