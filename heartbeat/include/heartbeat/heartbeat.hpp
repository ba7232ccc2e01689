#pragma once

#include <chrono>
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

/// How a Heartbeat is set up. A field left as it is here is read from the
/// environment variable named beside it, then takes the default.
struct Config {
  /// HEARTBEAT_SERVICE. Required; matches [A-Za-z0-9._-]{1,128}.
  std::string service{};
  /// HEARTBEAT_INSTANCE; default none. Which of several replicas of the service this
  /// is; matches [A-Za-z0-9._-]{1,128}. Each has a key of its own, and is judged by itself.
  std::string instance{};
  /// HEARTBEAT_REDIS_URL, REDIS_URL, or either with _FILE (a file that holds it);
  /// default redis://127.0.0.1:6379. README.md says which URLs are understood.
  /// REDIS_USERNAME, REDIS_PASSWORD and REDIS_PASSWORD_FILE fill what it leaves out.
  /// Files are read anew for every connection, variables only here.
  std::string redis_url{};
  /// HEARTBEAT_PREFIX; default "health:". The key is the prefix and the service,
  /// of a replica also `:` and its instance. `<prefix>:services` lists those names.
  std::string prefix{};
  /// HEARTBEAT_INTERVAL; default 10 s. Planned time between beats, 100 ms to 1 h.
  std::chrono::milliseconds interval{0};
  /// HEARTBEAT_TTL; default 60 s. How long Redis keeps a beat: whole seconds, at
  /// least two intervals.
  std::chrono::milliseconds ttl{0};
  /// HEARTBEAT_FILE; default none. The document goes to this file, too, by an atomic
  /// rename: a probe of the same machine falls back to it when Redis cannot be
  /// asked, or needs no Redis at all. Best on a tmpfs, such as /run/health/s.json.
  /// A file that cannot be written harms nothing: see Writer::file_error.
  std::string file{};
  /// A flag, gauge or callback without data fails this long after start().
  std::chrono::milliseconds start_grace{60'000};
  /// stop() and the destructor take at most this long.
  std::chrono::milliseconds stop_timeout{1'000};
  /// By which events are stamped and checks judged; null: the machine's. Must
  /// outlive the Heartbeat.
  Clock* clock = nullptr;
  /// Told of trouble with Redis or the file, from a thread of the library's, one
  /// call at a time: one line, no newline, no secret. Must not block for long.
  /// Null: silence.
  std::function<void(std::string_view)> log{};
};

/// How often a callback is asked, and how long it may take.
struct Polling {
  std::chrono::milliseconds every{10'000};
  /// A call that takes longer fails until it answers.
  std::chrono::milliseconds limit{5'000};
};

/// What the checks and the reports of a service come to.
struct Judgement {
  Status status = Status::starting;
  std::string reason{};  ///< in words, worst first; of a healthy service: how many checks pass
};

class Heartbeat;

/// Refines a declared check; see Heartbeat::check.
class Check {
 public:
  /// The check counts only within the schedule's sessions. Outside it is still
  /// evaluated, and shown as `suppressed`. At an opening it starts afresh: ages,
  /// rates and waits count from there.
  Check& during(const Schedule& schedule);

 private:
  friend class Heartbeat;
  Check(Heartbeat& beat, std::size_t index) : beat_{&beat}, index_{index} {}
  Heartbeat* beat_;
  std::size_t index_;
};

/// Keeps the key `health:<service>` in Redis fresh and true.
///
///     heartbeat::Heartbeat beat{{.service = "ingestion"}};
///     auto& websocket = beat.flag("websocket");
///     auto& ticks = beat.activity("ticks");
///     auto& forbidden = beat.errors("http_403");
///
///     beat.check("websocket_connected", critical, websocket.is_set());
///     beat.check("ticks_received", critical, ticks.within(60s));
///     beat.check("token_validity", critical, forbidden.count(5min) == 0);
///     beat.start();
///     for (;;) { wait_for_tick(); ticks.mark(); }
///
/// A thread of its own writes the document (heartbeat/FORMAT.md): at start(),
/// every interval, within 100 ms of a change of status or of a check's state,
/// and at stop(). It beats even while the service hangs, but it never says
/// healthy because the thread is alive: only checks and reports do. With
/// neither the service stays `starting`.
///
/// With Config::file a second thread writes the same document there, by the same
/// rules, so that neither a hung Redis nor a hung mount holds up the other.
///
/// Redis being down, slow, full or wiped is normal weather: calls of the host
/// never wait for it, every beat is whole, and the connection is made anew after
/// a pause that grows to one interval at most.
///
/// The threads take no signal and raise none. A forked child inherits silence:
/// it may mark, but it does not beat, and its destructor does nothing.
class Heartbeat {
 public:
  /// Reads the environment; does not touch the network. Throws ConfigError.
  explicit Heartbeat(const Config& config = {});

  /// stop(), unless that was done.
  ~Heartbeat();

  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// Sources. The name is for people who read the code; it need not be unique.
  /// The document counts activity as `processed_count` and `last_activity`,
  /// errors as `error_count`, and is `connected` when every flag is set.
  Flag& flag(std::string_view name);
  Events& activity(std::string_view name);
  Events& errors(std::string_view name);
  Gauge& gauge(std::string_view name);

  /// A test of the service's own, such as a query that must succeed, asked over
  /// and over on a thread of its own. It fails by returning false, by an
  /// exception (whose text is shown) or by taking too long; a call that hangs
  /// hinders nothing else. It may outlive the Heartbeat by the length of one
  /// call, so it must own what it touches.
  Condition succeeds(std::function<bool()> test, Polling polling = {});

  /// Declares a check. Names match [A-Za-z0-9._-]{1,64}, at most 100 checks.
  /// Throws ConfigError for a bad or repeated name and after start().
  Check check(std::string name, Severity severity, const Condition& condition);

  /// The service's own opinion; the worse of it and of the checks holds, until
  /// the next report. Takes a lock that is never held during I/O: any thread,
  /// but not the hot path.
  void report(Status status, std::string_view reason = {});

  /// Evaluates everything now, and has the beat thread write at once what it
  /// changed. Any thread, before start() too; takes the same lock as report().
  Judgement judge();

  /// How the beat thread itself is: late, failing, connected anew. Any thread,
  /// after stop() too; takes a lock that is never held during I/O.
  Writer writer() const;

  /// How many documents it has tried to write.
  std::uint64_t sequence() const;

  /// Starts to beat. Throws std::system_error when there is no thread to be
  /// had; a second call does nothing.
  void start();

  /// Writes a last document, `unhealthy` and `stopped`, and ends the threads.
  /// Bounded by Config::stop_timeout. Idempotent, from any thread (a second call
  /// waits for the first); not from a callback.
  void stop() noexcept;

 private:
  friend class Check;
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace heartbeat
