#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "command/companion.hpp"
#include "command/declared.hpp"
#include "command/sources.hpp"
#include "heartbeat/clock.hpp"
#include "host/descriptor.hpp"
#include "writer/config.hpp"
#include "writer/dates_loop.hpp"
#include "writer/redis_sink.hpp"
#include "writer/service_state.hpp"
#include "writer/write_loop.hpp"

namespace heartbeat::command {

/// The beats of what is watched, and the document that they leave behind. A thread writes them: no
/// call waits for Redis.
class JobBeats {
 public:
  /// Starts to beat and to evaluate the checks. The companion guards the tests. Throws ConfigError,
  /// and std::system_error if a thread is refused.
  JobBeats(ResolvedConfig config, const DeclaredChecks& checks, const Companion& companion,
           const std::optional<Reported>& first);
  /// Ends the tests, and abandons a write that hangs.
  ~JobBeats();

  /// What the next beats say; a change of the status is written at once.
  void report(const Reported& report);

  const NamedSources& sources() const noexcept { return sources_; }
  void feed_watchdog() noexcept { watchdog_.mark(); }
  /// Another limit of the watchdog, if there is one.
  void limit_watchdog(std::chrono::milliseconds limit);
  void count_refused_message() noexcept { service_.count_refused_message(); }

  /// Ends the tests and the beats, and tries until `until` to write the last document, which
  /// `complete` makes of the writer's part of it, unless another process writes the key. A replica
  /// may leave the roster.
  void finish(std::function<Document(Document)> complete, bool leaves_roster, Time until);

  /// Becomes readable when the last document is written, or the time has passed.
  int done() const noexcept { return done_.number(); }
  bool is_written() const noexcept { return written_; }
  std::string last_error() const { return writer_.read().last_error; }

 private:
  void add_test(const CommandTest& test, Polling polling, const Companion& companion);
  void start_threads();
  void stop() noexcept;
  void end_tests() noexcept;
  void run();
  void write_last();

  const ResolvedConfig config_;
  const Clock clock_{};
  DetachableThread thread_{};
  DetachableThread dates_thread_{};  ///< never started without a schedule that reads a file
  std::deque<DetachableThread> test_threads_{};  ///< of each test
  ServiceState service_{config_, clock_, thread_.waker()};
  NamedSources sources_;
  Events watchdog_{thread_.waker(), clock_};  ///< no activity: its events are not counted
  std::optional<std::size_t> watchdog_check_{};
  SharedWriter writer_{};
  RedisSink sink_{config_, service_.instance().id, thread_, writer_, {}};
  WriteLoop loop_{config_, service_, clock_, thread_, writer_, sink_};
  DatesLoop dates_loop_{config_.interval, service_, dates_thread_, writer_, {}};
  Descriptor done_;
  Status status_ = Status::starting;
  // Set before the thread is asked to stop.
  std::function<Document(Document)> complete_{};
  bool leaves_roster_ = false;
  Time until_{};
  std::atomic<bool> written_{false};
};

}  // namespace heartbeat::command
