#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "heartbeat/clock.hpp"
#include "host/descriptor.hpp"
#include "writer/config.hpp"
#include "writer/redis_sink.hpp"
#include "writer/service_state.hpp"
#include "writer/write_loop.hpp"

namespace heartbeat::command {

/// The beats of a running job, and the document that it leaves behind. A thread writes them: no
/// call waits for Redis.
class JobBeats {
 public:
  /// Starts to beat. Throws std::system_error if the thread is refused.
  explicit JobBeats(ResolvedConfig config);
  /// Abandons a write that hangs.
  ~JobBeats();

  /// What the next beats say; a change of the status is written at once.
  void report(const Reported& report);

  /// Ends the beats and tries until `until` to write the last document, which `complete` makes of
  /// the writer's part of it, unless another process writes the key.
  void finish(std::function<Document(Document)> complete, Time until);

  /// Becomes readable when the last document is written, or the time has passed.
  int done() const noexcept { return done_.number(); }
  bool is_written() const noexcept { return written_; }
  std::string last_error() const { return writer_.read().last_error; }

 private:
  void run();
  void write_last();

  const ResolvedConfig config_;
  const Clock clock_{};
  DetachableThread thread_{};
  ServiceState service_{config_, clock_, thread_.waker()};
  SharedWriter writer_{};
  RedisSink sink_{config_, service_.instance().id, thread_, writer_, {}};
  WriteLoop loop_{config_, service_, clock_, thread_, writer_, sink_};
  Descriptor done_;
  Status status_ = Status::starting;
  // Set before the thread is asked to stop.
  std::function<Document(Document)> complete_{};
  Time until_{};
  std::atomic<bool> written_{false};
};

}  // namespace heartbeat::command
