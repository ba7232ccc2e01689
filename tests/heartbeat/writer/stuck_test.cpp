// Everything that may hang: the service's main loop, a callback, Redis, the resolver, a mount and
// the end of the process.
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <mutex>

#include "beating.hpp"

namespace {

/// A call that does not return until it is released.
class HungCall {
 public:
  bool is_asked() const { return waiting_ > 0; }
  void arm() {
    const std::lock_guard lock{mutex_};
    armed_ = true;
  }
  void release() {
    const std::lock_guard lock{mutex_};
    armed_ = false;
    released_.notify_all();
  }
  void wait() {
    std::unique_lock lock{mutex_};
    ++waiting_;
    released_.wait(lock, [&] { return !armed_; });
    --waiting_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable released_;
  bool armed_ = false;
  std::atomic<int> waiting_{0};
};

HungCall& resolver() {
  static HungCall hung;
  return hung;
}

HungCall& mount() {
  static HungCall hung;
  return hung;
}

}  // namespace

// These replace the functions of the C library in this program.
extern "C" int getaddrinfo(const char*, const char*, const addrinfo*, addrinfo** found) {
  *found = nullptr;
  resolver().wait();
  return EAI_AGAIN;
}

extern "C" int rename(const char* from, const char* to) noexcept {
  mount().wait();
  return renameat(AT_FDCWD, from, AT_FDCWD, to);
}

TEST_CASE("a stuck main loop") {
  Beating b;
  Clock clock{Clock::stopped};
  auto config = hourly(b.url);
  config.clock = &clock;
  Heartbeat beat{config};
  auto& ticks = beat.activity("t");
  beat.check("ticks", critical, ticks.within(60s));
  ticks.mark();
  beat.start();
  b.reader.wait_for(Status::healthy);
  clock.advance(75s);  // in which this loop did nothing
  beat.judge();
  const auto document = b.reader.wait_for(Status::unhealthy);
  CHECK(document.reason == "ticks 75s ago, limit 60s (critical)");
  CHECK(document.writer->lapse.empty());  // the beat thread never stalled
}

TEST_CASE("a stuck callback") {
  Beating b;
  const auto threads_before = threads();
  Clock clock{Clock::stopped};
  std::promise<void> release;
  auto released = release.get_future().share();
  auto entered = std::make_shared<std::atomic<bool>>(false);
  {
    auto config = hourly(b.url);
    config.clock = &clock;
    config.stop_timeout = stop_of_hanging;
    Heartbeat beat{config};
    auto& flag = beat.flag("f");
    flag.set(true);
    beat.check("flag", critical, flag.is_set());
    beat.check("db", critical, beat.succeeds([released, entered] {
      *entered = true;
      released.wait();
      return true;
    }));
    beat.start();
    REQUIRE(eventually([&] { return entered->load(); }));
    clock.advance(5s - 1ns);
    CHECK(beat.judge().status == Status::starting);
    clock.advance(7s + 1ns);
    CHECK(beat.judge().reason == "db no answer for 12s (critical, 0s)");
    const auto document = b.reader.wait_for(Status::unhealthy);
    CHECK(document.checks[0].state == CheckState::pass);
    CHECK(document.checks[1].output == "no answer for 12s");
    flag.set(false);  // the beat goes on
    CHECK(b.reader.wait_for([](const Document& d) { return d.checks[0].state == CheckState::fail; })
              .checks[0]
              .state == CheckState::fail);
  }
  CHECK(b.reader.document()->reason == "stopped");
  release.set_value();
  CHECK(eventually([&] { return threads() == threads_before; }));
}

TEST_CASE("a stuck Redis") {
  Beating b;
  Heartbeat beat{
      {.service = "s", .redis_url = b.url, .interval = 100ms, .ttl = 60s, .stop_timeout = 200ms}};
  auto& flag = beat.flag("f");
  beat.check("flag", critical, flag.is_set());
  flag.set(true);
  beat.start();
  b.reader.wait_for(Status::healthy);
  b.suspend_redis();
  CHECK(eventually([&] { return beat.writer().failed_writes > 0; }));
  CHECK(beat.writer().last_write >= 1s);
  CHECK_FALSE(beat.writer().last_error.empty());
  flag.set(false);  // neither call waits for Redis
  CHECK(beat.judge().status == Status::unhealthy);
  kill(b.server.pid(), SIGCONT);
  const auto document = b.reader.wait_for(Status::unhealthy);
  CHECK(document.writer->failed_writes > 0);
  CHECK(document.writer->lapse.empty());  // Redis hung, not the thread
}

TEST_CASE("a stuck resolver") {
  const auto threads_before = threads();
  resolver().arm();
  {
    Heartbeat beat{{.service = "s",
                    .redis_url = "redis://hangs.invalid",
                    .interval = 100ms,
                    .ttl = 1s,
                    .stop_timeout = 200ms}};
    auto& flag = beat.flag("f");
    beat.check("flag", critical, flag.is_set());
    beat.start();
    REQUIRE(eventually([] { return resolver().is_asked(); }));
    flag.set(true);
    CHECK(beat.judge().status == Status::healthy);
    CHECK(beat.sequence() == 1);
    const auto began = Steady::now();
    beat.stop();
    CHECK(Steady::now() - began < 15s);
  }
  resolver().release();  // long after the Heartbeat is gone
  CHECK(eventually([&] { return threads() == threads_before; }));
}

TEST_CASE("while the resolver hangs the file stays fresh and true") {
  resolver().arm();
  TemporaryFolder folder;
  const auto file = folder.path() + "/s.json";
  Heartbeat beat{{.service = "s",
                  .redis_url = "redis://hangs.invalid",
                  .interval = 100ms,
                  .ttl = 1s,
                  .file = file,
                  .stop_timeout = stop_of_hanging}};
  auto& flag = beat.flag("f");
  beat.check("flag", critical, flag.is_set());
  flag.set(true);
  beat.start();
  REQUIRE(eventually([] { return resolver().is_asked(); }));
  const auto holds = [&](auto condition) {
    return eventually([&] {
      const auto document = document_in(file);
      return document && condition(*document);
    });
  };
  CHECK(holds([](const Document& d) { return d.status == Status::healthy && d.sequence > 5U; }));
  CHECK(beat.sequence() == 1);
  flag.set(false);
  CHECK(holds([](const Document& d) { return d.status == Status::unhealthy; }));
  beat.stop();
  CHECK(document_in(file)->reason == "stopped");
  resolver().release();
}

TEST_CASE("a stuck mount delays neither the beat nor stop()") {
  Beating b;
  TemporaryFolder folder;
  const auto file = folder.path() + "/s.json";
  mount().arm();
  const auto threads_before = threads();
  {
    Heartbeat beat{{.service = "s",
                    .redis_url = b.url,
                    .interval = 100ms,
                    .ttl = 60s,
                    .file = file,
                    .stop_timeout = stop_of_hanging}};
    beat.report(Status::healthy);
    beat.start();
    CHECK(eventually([&] { return beat.sequence() > 5; }));
    beat.report(Status::degraded);
    b.reader.wait_for(Status::degraded);
    const auto began = Steady::now();
    beat.stop();
    CHECK(Steady::now() - began < 15s);
    CHECK(b.reader.document()->reason == "stopped");
  }
  CHECK_FALSE(document_in(file));
  mount().release();
  CHECK(eventually([&] { return threads() == threads_before; }));
}

TEST_CASE("a stuck log delays stop() for its time limit at most, and is not called again") {
  const auto threads_before = threads();
  TemporaryFolder folder;
  std::promise<void> release;
  auto released = release.get_future().share();
  auto calls = std::make_shared<std::atomic<int>>(0);
  {
    // The file cannot be written either: its thread waits for the log.
    Heartbeat beat{{.service = "s",
                    .redis_url = "unix:///nonexistent/redis.sock",
                    .file = folder.path() + "/nonexistent/s.json",
                    .stop_timeout = 200ms,
                    .log = [released, calls](std::string_view) {
                      ++*calls;
                      released.wait();
                    }}};
    beat.start();
    REQUIRE(eventually([&] { return *calls == 1; }));
    const auto began = Steady::now();
    beat.stop();
    CHECK(Steady::now() - began < 15s);
  }
  release.set_value();
  CHECK(eventually([&] { return threads() == threads_before; }));
  CHECK(*calls == 1);
}

TEST_CASE("stop() may be called by the log") {
  const auto threads_before = threads();
  std::atomic<bool> returned{false};
  {
    std::unique_ptr<Heartbeat> beat;
    beat = std::make_unique<Heartbeat>(Config{.service = "s",
                                              .redis_url = "unix:///nonexistent/redis.sock",
                                              .log = [&](std::string_view) {
                                                beat->stop();
                                                returned = true;
                                              }});
    beat->start();
    CHECK(eventually([&] { return returned.load(); }));
    beat->stop();
    CHECK(eventually([&] { return threads() == threads_before; }));
  }
}

TEST_CASE("a stuck exit") {
  // With Redis, the resolver and a callback hung, stop() still returns in time and the process
  // ends.
  Beating b;
  b.suspend_redis();
  const pid_t child = fork();
  if (child == 0) {
    alarm(180);
    resolver().arm();
    static Heartbeat hung_redis{{.service = "s", .redis_url = b.url, .stop_timeout = 200ms}};
    static Heartbeat hung_resolver{
        {.service = "s", .redis_url = "redis://hangs.invalid", .stop_timeout = 200ms}};
    std::atomic<bool> asked{false};
    hung_redis.check("db", critical, hung_redis.succeeds([&asked] {
      asked = true;
      for (;;) std::this_thread::sleep_for(1h);
      return true;
    }));
    hung_redis.start();
    hung_resolver.start();
    const bool hung = eventually([&] { return asked && resolver().is_asked(); });
    const auto began = Steady::now();
    hung_redis.stop();
    hung_resolver.stop();
    _exit(hung && Steady::now() - began < 30s ? 42 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  kill(b.server.pid(), SIGCONT);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
}
