#pragma once

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "heartbeat/heartbeat.h"
#include "heartbeat/heartbeat.hpp"

namespace heartbeat::c {

/// Keeps the text for heartbeat_last_error(), and returns `result`.
heartbeat_result fail(heartbeat_result result, std::string_view text) noexcept;

/// Ends a function of the C interface with a result other than HEARTBEAT_OK.
struct Rejected {
  heartbeat_result result;
  std::string text;
};
/// A mistake of the caller that C++ would not compile.
inline Rejected bad_argument(std::string text) { return {HEARTBEAT_BAD_ARGUMENT, std::move(text)}; }
inline Rejected stopped() { return {HEARTBEAT_STOPPED, "the heartbeat has stopped"}; }

/// A duration that nanoseconds can count. Throws ConfigError for more than 100 years.
std::chrono::milliseconds duration(std::int64_t milliseconds, const char* what);

/// Rejects null.
template <typename T>
T& require(T* pointer, const char* what) {
  if (pointer == nullptr) throw bad_argument(what + std::string{" is null"});
  return *pointer;
}

/// Runs the body of a function of the C interface; turns every exception into a result.
template <typename Body>
heartbeat_result guarded(Body body) noexcept try {
  body();
  return HEARTBEAT_OK;
} catch (const ConfigError& e) {
  return fail(HEARTBEAT_BAD_CONFIG, e.what());
} catch (const ForkedError& e) {
  return fail(HEARTBEAT_FORKED, e.what());
} catch (const Rejected& e) {
  return fail(e.result, e.text);
} catch (const std::bad_alloc&) {
  return fail(HEARTBEAT_NO_RESOURCES, "no memory");
} catch (const std::exception& e) {
  return fail(HEARTBEAT_NO_RESOURCES, e.what());
} catch (...) {
  return fail(HEARTBEAT_NO_RESOURCES, "an exception of an unknown type was thrown");
}

// What heartbeat_await() and heartbeat_next_line() wait for. Thread-safe.

/// Lets the library's thread ask for a test that a thread of the caller answers.
class TestHandoff {
 public:
  /// Waits for the answer. Throws std::runtime_error for a failure, and when it is closed.
  bool ask();

  /// The test begins. Optional.
  void begin();

  /// Whether the test has begun since ask() was called; without begin(), whether wait() returned.
  bool begun();

  /// Waits until ask() is called. Returns false once it is closed.
  bool wait();

  /// Ignored unless wait() has returned true since the last answer.
  void answer(bool success, std::string why);

  /// Ends every call that waits now or later.
  void close();

 private:
  enum class HandoffStep { idle, asked, taken, begun, answered, closed };
  std::mutex mutex_;
  std::condition_variable changed_;
  HandoffStep step_ = HandoffStep::idle;
  bool says_begin_ = false;
  bool success_ = false;
  std::string why_;
};

/// Keeps the newest lines of the log until they are read.
class LogQueue {
 public:
  void add(std::string line);

  /// Waits for a line; nothing once the queue is closed and empty.
  std::optional<std::string> next();

  void close();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  bool closed_ = false;
};

}  // namespace heartbeat::c

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

  std::atomic<pid_t> process = getpid();  // whose beat it is
  const std::shared_ptr<heartbeat::Clock> clock;
  const std::shared_ptr<heartbeat::c::LogQueue> lines;
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

/// Returns the beat; rejects null and a forked child.
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
