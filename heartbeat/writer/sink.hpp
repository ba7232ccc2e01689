#pragma once

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

/// Receives one line of text without a newline.
using Log = std::function<void(std::string_view)>;

/// The writer's condition, shared by the beat threads and the host. Thread-safe; its lock is
/// never held during I/O.
class SharedWriter {
 public:
  Writer read() const {
    const std::lock_guard lock{mutex_};
    return writer_;
  }

  bool has_rival() const {
    const std::lock_guard lock{mutex_};
    return !writer_.rival.empty();
  }

  /// Calls `change` with the condition, under the lock.
  template <typename Change>
  void update(Change change) {
    const std::lock_guard lock{mutex_};
    change(writer_);
  }

 private:
  mutable std::mutex mutex_;
  Writer writer_;
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

  /// Replaces the document with `text`. Blocks until the deadline at most, except in the
  /// resolver and in file systems. Updates the writer's condition and logs changes. Throws
  /// only what the log throws, and std::bad_alloc.
  virtual WriteOutcome write(std::string_view text, WallTime written_at,
                             const redis::Deadline& deadline) = 0;
};

}  // namespace heartbeat
