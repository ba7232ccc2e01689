#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "heartbeat/clock.hpp"
#include "heartbeat/condition.hpp"
#include "heartbeat/error.hpp"
#include "heartbeat/schedule.hpp"
#include "heartbeat/source.hpp"
#include "heartbeat/status.hpp"
#include "heartbeat/writer.hpp"

namespace heartbeat {

using enum Severity;

/// Configures a Heartbeat. An empty or zero field takes the environment variable named beside it,
/// then the default.
struct Config {
  /// HEARTBEAT_SERVICE. Required; matches [A-Za-z0-9._-]{1,128}.
  std::string service{};
  /// HEARTBEAT_INSTANCE; default none. The name of this replica of the service; matches
  /// [A-Za-z0-9._-]{1,128}; `%h` in it is the host's name. Each replica has its own key and its own
  /// verdict.
  std::string instance{};
  /// HEARTBEAT_REDIS_URL, REDIS_URL, or either with _FILE (a file that holds it); default
  /// redis://127.0.0.1:6379. docs/redis.md lists the URLs. `none` means no Redis, for tests and
  /// laptops: the document goes only to `file`, or nowhere. REDIS_USERNAME, REDIS_PASSWORD and
  /// REDIS_PASSWORD_FILE fill what the URL leaves out. Files are read for every connection,
  /// variables only by the constructor.
  std::string redis_url{};
  /// HEARTBEAT_PREFIX; default "health:". The key is the prefix and the service, for a replica
  /// also `:` and its instance. The set `<prefix>:services` lists these names.
  std::string prefix{};
  /// HEARTBEAT_INTERVAL; default 10 s. Planned time between beats, 100 ms to 1 h.
  std::chrono::milliseconds interval{0};
  /// HEARTBEAT_TTL; default 60 s. How long Redis keeps a beat: whole seconds, at least two
  /// intervals.
  std::chrono::milliseconds ttl{0};
  /// HEARTBEAT_FILE; default none. The document also goes to this file, by an atomic rename: a
  /// probe on the same machine falls back to it when it cannot ask Redis, or needs no Redis at all.
  /// Put it on a tmpfs, such as /run/health/s.json. If the file cannot be written, the beat goes on
  /// and Writer::file_error states the reason.
  std::string file{};
  /// A flag, gauge or callback without data fails this long after start().
  std::chrono::milliseconds start_grace{60'000};
  /// stop() and the destructor take at most this long.
  std::chrono::milliseconds stop_timeout{1'000};
  /// Stamps events and times checks; null: the machine's clock. Must outlive the Heartbeat.
  Clock* clock = nullptr;
  /// Receives one line about trouble with Redis or the file, or that there is no Redis, and with
  /// log_changes about a changed status, without a newline and without a secret. The library's
  /// threads call it, one call at a time; it must not block for long. It may call stop(). No call
  /// begins after stop() has returned, but one that blocks for longer than stop_timeout may not
  /// have ended then. Null: no log.
  std::function<void(std::string_view)> log{};
  /// Each change of the service's status is also a line of the log, with its reason, when the
  /// document that tells it is written.
  bool log_changes = false;
};

/// The pause between two calls of a callback, and how long a call may take.
struct Polling {
  std::chrono::milliseconds every{10'000};
  /// A call that takes longer fails its check until it returns.
  std::chrono::milliseconds limit{5'000};
};

/// The status of a service by its checks and reports.
struct Judgement {
  Status status = Status::starting;
  std::string reason{};  ///< in words, worst first; if healthy: how many checks pass
};

class Heartbeat;

/// Refines a declared check; see Heartbeat::check.
class Check {
 public:
  /// The check counts only within the schedule's sessions. Outside a session it is evaluated, but
  /// shown as `suppressed`. When a session opens, ages, rates and waiting times count from the
  /// opening.
  Check& during(const Schedule& schedule);

 private:
  friend class Heartbeat;
  Check(Heartbeat& beat, std::size_t index) : beat_{&beat}, index_{index} {}
  Heartbeat* beat_;
  std::size_t index_;
};

/// Keeps the key `health:<service>` in Redis fresh and true.
///
///     const heartbeat::Schedule market_hours{"Mon-Fri 09:15-15:30 Asia/Kolkata"};
///
///     heartbeat::Heartbeat beat{{.service = "ingestion"}};
///     auto& websocket = beat.flag("websocket");
///     auto& ticks = beat.activity("ticks");
///     auto& forbidden = beat.errors("http_403");
///
///     beat.check("websocket_connected", critical, websocket.is_set());
///     beat.check("ticks_received", critical, ticks.within(60s)).during(market_hours);
///     beat.check("token_validity", critical, forbidden.count(5min) == 0);
///     beat.start();
///     for (;;) { wait_for_tick(); ticks.mark(); }
///
/// A beat thread writes the document (heartbeat/FORMAT.md): at start(), every interval, within 100
/// ms of a change of status or of a check's state, and at stop(). The thread also writes while the
/// service hangs. That never makes the service healthy: only checks and reports do. A service
/// without a check and without a report stays `starting`.
///
/// With Config::file a second thread writes the same document to the file, by the same rules: a
/// hung Redis does not delay the file, and a hung mount does not delay Redis.
///
/// Redis may be down, slow, full or wiped: no call of the host waits for it, every beat is a whole
/// document, and pauses between attempts to connect grow to one interval at most.
///
/// The threads block every signal and raise no signal.
///
/// A forked child shares the sources: its marks count, and the parent's beat thread sees a change
/// within 100 ms. Everything else in the child does nothing, also the destructor, until start():
/// if the parent had not started the Heartbeat, the child gets its own copies of the sources and
/// beats as a process of its own.
class Heartbeat {
 public:
  /// Reads the environment; does not touch the network. Throws ConfigError.
  explicit Heartbeat(const Config& config = {});

  /// Calls stop().
  ~Heartbeat();

  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// Create sources. The name is for people who read the code; it need not be unique. The document
  /// counts activity in `processed_count` and `last_activity`, errors in `error_count`, and is
  /// `connected` when every flag is set. Thread-safe.
  Flag& flag(std::string_view name);
  Events& activity(std::string_view name);
  Events& errors(std::string_view name);
  Gauge& gauge(std::string_view name);

  /// A test that the service provides, such as a query that must succeed. The library calls it
  /// again and again on a separate thread. The check fails when the test returns false, throws (the
  /// document shows the text) or takes too long. A call that hangs delays nothing else. One call
  /// may outlive the Heartbeat, so the test must own what it touches.
  Condition succeeds(std::function<bool()> test, Polling polling = {});
  /// Only a bool is success: an int or a pointer would be by conversion.
  template <std::invocable Test>
    requires(!requires(Test test) { bool{test()}; })
  Condition succeeds(Test test, Polling polling = {}) = delete;

  /// For other languages: a test that waits until another thread runs it. `begun` says whether that
  /// thread has begun; if it has not in time, the check's text says so.
  Condition succeeds(std::function<bool()> test, Polling polling, std::function<bool()> begun);

  /// Declares a check. Names match [A-Za-z0-9._-]{1,64}; at most 100 checks. Throws ConfigError
  /// for a bad or repeated name, and after start().
  Check check(std::string name, Severity severity, const Condition& condition);

  /// Sets the service's own opinion. Until the next report the status is the worse of the report
  /// and the checks. Thread-safe. Takes a lock that is never held during I/O, so it is not for the
  /// hot path.
  void report(Status status, std::string_view reason = {});

  /// Evaluates every check now. The beat thread writes a changed status at once. Thread-safe, also
  /// before start(). Takes the same lock as report().
  Judgement judge();

  /// The condition of the beat threads: late, failing, reconnecting. Thread-safe, also after
  /// stop(). Takes a lock that is never held during I/O.
  Writer writer() const;

  /// How many documents the beat thread has tried to write to Redis; 0 without a Redis.
  /// Thread-safe; takes no lock.
  std::uint64_t sequence() const;

  /// Starts to beat. Throws std::system_error if a thread is refused; its text says which and why.
  /// It can then be repeated. After a success, a second call does nothing. Throws ForkedError in a
  /// forked child if the parent had started it.
  void start();

  /// Writes a last document, `unhealthy` and `stopped`, and ends the threads. Takes at most
  /// Config::stop_timeout. Idempotent and thread-safe. A second call waits for the first. In a log
  /// or a test that the library calls, it returns before that thread has ended: a later call, or
  /// the destructor, waits for it.
  void stop() noexcept;

 private:
  friend class Check;
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace heartbeat
