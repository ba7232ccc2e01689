#pragma once

#include <unistd.h>

#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include "c/failure.hpp"
#include "c/log_lines.hpp"
#include "c/question.hpp"
#include "heartbeat/heartbeat.h"
#include "heartbeat/heartbeat.hpp"

// What the opaque types of the C interface are made of.

struct heartbeat_clock {
  std::shared_ptr<heartbeat::Clock> clock;
};

struct heartbeat_schedule {
  heartbeat::Schedule schedule;
};

struct heartbeat_beat {
  heartbeat_beat(const heartbeat::Config& config, std::shared_ptr<heartbeat::Clock> its_clock,
                 std::shared_ptr<heartbeat::c::LogLines> its_lines)
      : clock{std::move(its_clock)}, lines{std::move(its_lines)}, beat{config} {}

  bool forked() const noexcept { return getpid() != process; }

  const pid_t process = getpid();
  const std::shared_ptr<heartbeat::Clock> clock;
  const std::shared_ptr<heartbeat::c::LogLines> lines;
  std::mutex turning;  // held by the one that starts or stops
  std::mutex mutex;    // of the questions
  std::vector<std::shared_ptr<heartbeat::c::Question>> questions;
  heartbeat::Heartbeat beat;
};

// The others are the C++ objects themselves.

namespace heartbeat::c {

inline Flag* from(heartbeat_flag* flag) noexcept { return reinterpret_cast<Flag*>(flag); }
inline Events* from(heartbeat_events* events) noexcept { return reinterpret_cast<Events*>(events); }
inline Gauge* from(heartbeat_gauge* gauge) noexcept { return reinterpret_cast<Gauge*>(gauge); }
inline Question* from(heartbeat_question* question) noexcept {
  return reinterpret_cast<Question*>(question);
}

/// Stores as much as fits into `size` bytes, and NUL.
inline void store(std::string_view text, char* to, std::size_t size) noexcept {
  if (to == nullptr || size == 0) return;
  const auto length = std::min(text.size(), size - 1);
  std::memcpy(to, text.data(), length);
  to[length] = '\0';
}

}  // namespace heartbeat::c
