#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string_view>

#include "document/document.hpp"
#include "heartbeat/writer.hpp"
#include "redis/deadline.hpp"
#include "writer/lateness.hpp"

namespace heartbeat {

/// A longer error text is cut to this many bytes.
inline constexpr std::size_t max_error_bytes = 200;

/// Receives one line of text without a newline. Throws Abandoned if stop() abandoned the thread
/// meanwhile, and what the host's callback throws.
using Log = std::function<void(std::string_view)>;
struct Abandoned {};

/// The writer's condition. Thread-safe; its lock is never held during I/O.
class SharedWriter {
 public:
  Writer read() const {
    const std::lock_guard lock{mutex_};
    return writer_;
  }

  template <typename Change>
  void update(Change change) {
    const std::lock_guard lock{mutex_};
    change(writer_);
  }

 private:
  mutable std::mutex mutex_;
  Writer writer_;
};

/// One document for a sink.
struct Beat {
  std::string_view text{};
  WallTime written_at{};
  std::chrono::seconds ttl{};
  bool is_last = false;        ///< the writer stops: it yields to another process
  bool leaves_roster = false;  ///< a replica that stops leaves the roster
};

enum class WriteOutcome {
  accepted,
  failed,
  abandoned,  ///< stop() abandoned the thread: return at once and touch nothing of the host
};

/// Where one write loop writes documents: Redis or a file. Used by one thread.
class Sink {
 public:
  virtual ~Sink() = default;

  /// The writer's condition as the document in this sink shows it.
  virtual Writer condition(Lateness& lateness) = 0;

  /// Replaces the document, updates the condition and logs changes. Only a resolver or a file
  /// system blocks it for longer than the deadline. Throws only bad_alloc and what the log throws.
  virtual WriteOutcome write(const Beat& beat, const redis::Deadline& deadline) = 0;
};

}  // namespace heartbeat
