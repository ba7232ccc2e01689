#pragma once

#include <unistd.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include "c/await.hpp"
#include "c/result.hpp"
#include "heartbeat/heartbeat.h"
#include "heartbeat/heartbeat.hpp"

// The opaque types of the C interface.

struct heartbeat_clock {
  std::shared_ptr<heartbeat::Clock> clock;
};

struct heartbeat_schedule {
  heartbeat::Schedule schedule;
};

struct heartbeat_beat {
  heartbeat_beat(const heartbeat::Config& config, std::shared_ptr<heartbeat::Clock> its_clock,
                 std::shared_ptr<heartbeat::c::LogQueue> its_lines)
      : clock{std::move(its_clock)}, lines{std::move(its_lines)}, beat{config} {}

  bool forked() const noexcept { return getpid() != process; }

  const pid_t process = getpid();
  const std::shared_ptr<heartbeat::Clock> clock;
  const std::shared_ptr<heartbeat::c::LogQueue> lines;
  std::mutex life;  // held by start and stop
  std::mutex questions_mutex;
  std::vector<std::shared_ptr<heartbeat::c::TestHandoff>> questions;
  heartbeat::Heartbeat beat;
};

// The sources are the C++ objects themselves.

namespace heartbeat::c {

inline Flag* from(heartbeat_flag* flag) noexcept { return reinterpret_cast<Flag*>(flag); }
inline Events* from(heartbeat_events* events) noexcept { return reinterpret_cast<Events*>(events); }
inline Gauge* from(heartbeat_gauge* gauge) noexcept { return reinterpret_cast<Gauge*>(gauge); }
inline TestHandoff* from(heartbeat_question* question) noexcept {
  return reinterpret_cast<TestHandoff*>(question);
}

/// The beat; rejects null, and a forked child.
inline heartbeat_beat& require_own(heartbeat_beat* beat) {
  if (require(beat, "beat").forked())
    throw Rejected{HEARTBEAT_FORKED, "the heartbeat belongs to the parent of this process"};
  return *beat;
}

/// Stores as much of the text as fits into `size` bytes with a NUL.
inline void store(std::string_view text, char* to, std::size_t size) noexcept {
  if (to == nullptr || size == 0) return;
  const auto length = std::min(text.size(), size - 1);
  std::memcpy(to, text.data(), length);
  to[length] = '\0';
}

}  // namespace heartbeat::c
