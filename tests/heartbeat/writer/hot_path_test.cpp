// The hot path before start(), after stop(), in a static initialiser, in a forked child and in any
// thread; and what it must not do.
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "beating.hpp"
#include "writer/redis_sink.hpp"
#include "writer/write_loop.hpp"

namespace {

thread_local std::uint64_t allocations = 0;  // of this thread: the beat thread may allocate
thread_local bool exhausted = false;         // this thread gets no memory
std::atomic<std::int64_t> live{0};

void* counted(std::size_t size) {
  if (exhausted) throw std::bad_alloc{};
  ++allocations;
  ++live;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc{};
}

void* counted(std::size_t size, std::align_val_t alignment) {
  ++allocations;
  ++live;
  void* memory = nullptr;
  if (posix_memalign(&memory, static_cast<std::size_t>(alignment), size) == 0) return memory;
  throw std::bad_alloc{};
}

void discard(void* memory) noexcept {
  if (memory == nullptr) return;
  --live;
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, std::align_val_t a) { return counted(size, a); }
void* operator new[](std::size_t size, std::align_val_t a) { return counted(size, a); }
void operator delete(void* p) noexcept { discard(p); }
void operator delete[](void* p) noexcept { discard(p); }
void operator delete(void* p, std::size_t) noexcept { discard(p); }
void operator delete[](void* p, std::size_t) noexcept { discard(p); }
void operator delete(void* p, std::align_val_t) noexcept { discard(p); }
void operator delete[](void* p, std::align_val_t) noexcept { discard(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { discard(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { discard(p); }

namespace {

static_assert(noexcept(std::declval<Flag&>().set(true)));
static_assert(noexcept(std::declval<Gauge&>().set(1.0)));
static_assert(noexcept(std::declval<Gauge&>().add(1.0)));
static_assert(noexcept(std::declval<Events&>().mark()));
static_assert(noexcept(std::declval<Events&>().mark(5)));
static_assert(noexcept(std::declval<Heartbeat&>().stop()));
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(std::atomic<std::int64_t>::is_always_lock_free);
static_assert(std::atomic<double>::is_always_lock_free);
static_assert(std::atomic<void*>::is_always_lock_free);

/// One of each source, each with a check.
struct Host {
  explicit Host(const Config& config) : beat{config} {
    beat.check("flag", critical, flag.is_set());
    beat.check("gauge", warning, gauge < 10);
    beat.check("age", critical, activity.within(1h));
    beat.check("rate", warning, activity.rate(1h) > 0);
    beat.check("count", warning, errors.count(1h) < 5);
  }

  void touch() noexcept {
    flag.set(true);
    gauge.set(3);
    gauge.add(1);
    activity.mark();
    activity.mark(3);
    errors.mark(0);
  }

  Heartbeat beat;
  Flag& flag = beat.flag("f");
  Gauge& gauge = beat.gauge("g");
  Events& activity = beat.activity("a");
  Events& errors = beat.errors("e");
};

Config nowhere() {
  return {.service = "s", .redis_url = "unix:///nonexistent/redis.sock", .stop_timeout = 100ms};
}

/// Marks in its constructor and in its destructor, both outside main.
struct Early {
  Early() { host.touch(); }
  ~Early() { host.touch(); }
  Host host{nowhere()};
};
Early early;  // NOLINT(cert-err58-cpp)

int number_from(const char* variable, int fallback) {
  const char* text = std::getenv(variable);
  return text == nullptr ? fallback : std::atoi(text);
}

}  // namespace

TEST_CASE("sources can be touched from a static initialiser") {
  CHECK(early.host.activity.total() == 4);
  CHECK(early.host.beat.judge().status == Status::healthy);
}

TEST_CASE("marks before start() count, and marks after stop() do no harm") {
  Beating b;
  auto config = hourly(b.url);
  Host host{config};
  host.touch();
  host.beat.start();
  CHECK(b.reader.wait_for(Status::healthy).processed_count == 4);
  host.beat.stop();
  host.touch();
  host.flag.set(false);
  CHECK(host.activity.total() == 8);
  CHECK(host.beat.judge().status == Status::unhealthy);
  CHECK(b.reader.document()->reason == "stopped");
}

TEST_CASE("touching a source allocates nothing, before start(), while it beats and after stop()") {
  Beating b;
  Host host{hourly(b.url)};
  const auto storm = [&] {
    const auto before = allocations;
    for (int i = 0; i < 10'000; ++i) {
      host.touch();
      host.flag.set(i % 2 == 0);
    }
    host.flag.set(true);
    return allocations - before;
  };
  CHECK(storm() == 0);
  host.beat.start();
  b.reader.wait_for(Status::healthy);
  CHECK(storm() == 0);
  host.beat.stop();
  CHECK(storm() == 0);
}

TEST_CASE("a steady beat allocates nothing up to its sink") {
  /// Notes how much its thread has allocated in all at each beat.
  struct CountingSink final : Sink {
    Writer condition(Lateness&) override { return {.last_error = "unreachable"}; }
    WriteOutcome write(const Beat& beat, const redis::Deadline&) override {
      if (beat.is_last) return WriteOutcome::accepted;
      allocated[beats % allocated.size()] = allocations;
      texts_are_complete = texts_are_complete && decode(beat.text).has_value();
      ++beats;
      allocations = 0;
      return WriteOutcome::accepted;
    }
    std::array<std::uint64_t, 32> allocated{};
    std::atomic<std::uint64_t> beats{0};
    bool texts_are_complete = true;
  };
  const ResolvedConfig config{.service = "a-service-whose-name-is-not-short",
                              .instance = "a-replica-whose-name-is-not-short",
                              .key = "health:s",
                              .find_redis = {},
                              .interval = 1ms,
                              .ttl = 60s,
                              .start_grace = 60s,
                              .stop_timeout = 1s};
  const Clock clock;
  DetachableThread thread;
  ServiceState service{config, clock, thread.waker()};
  Flag& flag = service.add_flag();
  Gauge& gauge = service.add_gauge();
  Events& activity = service.add_activity();
  Callback& callback = service.add_callback([] { return true; }, {}, [] { return true; });
  service.add_check("a_flag_with_a_long_name", critical, flag.is_set());
  service.add_check("a_gauge_with_a_long_name", warning, gauge < 10);
  service.add_check("an_age_with_a_long_name", critical, activity.within(1h));
  service.add_check("a_rate_with_a_long_name", warning, activity.rate(1h) > 0);
  service.add_check("a_count_with_a_long_name", warning, activity.count(1h) < 500);
  service.add_check("a_callback_with_a_long_name", critical,
                    {.source = &callback, .kind = Kind::callback});
  service.set_schedule(3, Schedule{"Mon-Fri 09:15-15:30 Asia/Kolkata"});
  flag.set(true);
  gauge.set(0.5);
  activity.mark(3);
  callback.end({.success = true});
  SharedWriter writer;
  CountingSink sink;
  WriteLoop loop{config, service, clock, thread, writer, sink};
  service.start();
  thread.start("heartbeat", [&] { loop.run(); });
  CHECK(eventually([&] { return sink.beats > 3 * sink.allocated.size(); }));
  thread.stop(Steady::now() + 5s);
  CHECK(sink.texts_are_complete);
  CHECK(sink.allocated == decltype(sink.allocated){});
}

TEST_CASE("a callback that fails for want of memory fails its check, and the host goes on") {
  Beating b;
  auto config = hourly(b.url);
  Heartbeat beat{config};
  static const std::runtime_error error{"a text that no string holds without memory"};
  beat.check("db", critical, beat.succeeds([]() -> bool {
    exhausted = true;
    throw error;
  }));
  beat.start();
  const auto document = b.reader.wait_for(Status::unhealthy);
  CHECK(document.checks.front().output.empty());
}

TEST_CASE("touching a source never yields the processor while no check can change") {
  Beating b;
  Host host{hourly(b.url)};
  host.touch();
  host.beat.start();
  b.reader.wait_for(Status::healthy);
  const auto yields = [&] {
    rusage before{};
    rusage after{};
    getrusage(RUSAGE_THREAD, &before);
    for (int i = 0; i < 1'000'000; ++i) {
      host.activity.mark();
      host.gauge.set(i % 9);
    }
    getrusage(RUSAGE_THREAD, &after);
    return after.ru_nvcsw - before.ru_nvcsw;
  };
  // A virtual machine may let a thread wait for a page, now and then.
  auto fewest = yields();
  for (int i = 1; i < 5 && fewest > 0; ++i) fewest = std::min(fewest, yields());
  CHECK(fewest == 0);
}

TEST_CASE("a forked child may touch every source") {
  Beating b;
  Host host{hourly(b.url)};
  host.touch();
  host.beat.start();
  b.reader.wait_for(Status::healthy);
  const pid_t child = fork();
  if (child == 0) {
    alarm(180);
    for (int i = 0; i < 1000; ++i) host.touch();
    _exit(host.activity.total() == 4004 ? 42 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 42);
  CHECK(host.activity.total() == 4004);
}

TEST_CASE("no mark of eight threads is lost, and a thread that has ended leaves nothing behind") {
  Host host{nowhere()};
  for (int round = 0; round < 3; ++round) {
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) host.activity.mark();
      });
    for (auto& thread : threads) thread.join();
  }
  CHECK(host.activity.total() == 24'000);
}

TEST_CASE("memory is fixed after the start, however often it beats") {
  const int beats = number_from("HEARTBEAT_TEST_BEATS", 300);
  Beating b;
  const Clock clock;
  DetachableThread thread;
  // Shorter than any Config may ask for.
  const ResolvedConfig config{.service = "s",
                              .key = "health:s",
                              .find_redis = [&] { return b.server.endpoint(); },
                              .interval = 1ms,
                              .ttl = 60s,
                              .start_grace = 60s,
                              .stop_timeout = 1s};
  ServiceState service{config, clock, thread.waker()};
  Events& activity = service.add_activity();
  Flag& flag = service.add_flag();
  service.add_check("age", critical, activity.within(60s));
  service.add_check("flag", warning, flag.is_set());
  service.add_check("rate", warning, activity.rate(60s) > 0);
  service.set_schedule(2, Schedule{"Mon-Fri 09:15-15:30 Asia/Kolkata"});
  SharedWriter writer;
  RedisSink sink{config, service.instance().id, thread, writer, nullptr};
  WriteLoop loop{config, service, clock, thread, writer, sink};
  service.start();
  thread.start("heartbeat", [&] { loop.run(); });

  const auto beat_until = [&](std::uint64_t sequence) {
    return eventually(
        [&] {
          activity.mark();
          flag.set(loop.sequence() % 2 == 0);
          return loop.sequence() >= sequence;
        },
        std::chrono::minutes{10});
  };
  CHECK(beat_until(100));
  const auto live_before = live.load();
  const auto pages_before = resident_pages();
  CHECK(beat_until(100 + static_cast<std::uint64_t>(beats)));
  const auto pages_after = resident_pages();
  thread.stop(Steady::now() + 5s);
  CHECK(live.load() <= live_before + 5);  // a beat may have been under way at the first look
  constexpr std::size_t few = 64;         // the heap settles, but does not grow with the beats
  if (!under_sanitizer) CHECK(pages_after <= pages_before + few);
  MESSAGE(beats << " beats, resident pages " << pages_before << " and " << pages_after);
}
