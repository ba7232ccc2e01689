// The cost of one snapshot of 20 checks, of one document of them, and of reading the signature of
// the document before it.
#include <benchmark/benchmark.h>

#include <array>
#include <chrono>

#include "document/document.hpp"
#include "writer/service_state.hpp"

namespace {

using namespace heartbeat;
using namespace std::chrono_literals;

/// Checks of all kinds, two of them within trading hours.
struct TwentyChecks {
  TwentyChecks() {
    const Schedule hours{"Mon-Fri 09:15-15:30 Asia/Kolkata", {"2026-01-26", "2026-08-15"}};
    for (const char* half : {"a", "b"}) {
      const auto name = [&](const char* kind) { return std::string{"check_of_"} + kind + half; };
      Flag& flag = service.add_flag();
      Gauge& gauge = service.add_gauge();
      Events& activity = service.add_activity();
      Events& errors = service.add_errors();
      Callback& callback = service.add_callback([] { return true; }, {}, [] { return true; });
      flag.set(true);
      activity.mark(500);
      errors.mark(5);
      callback.end({.success = true});
      service.add_check(name("flag"), critical, flag.is_set());
      service.add_check(name("flag_again"), warning, flag.is_set());
      service.add_check(name("age"), critical, activity.within(60s));
      service.add_check(name("rate"), warning, activity.rate(60s) > 0);
      service.add_check(name("count"), warning, errors.count(1h) < 5);
      service.add_check(name("few"), critical, errors.count(5min) <= 10);
      service.add_check(name("gauge"), warning, gauge < 10);
      service.add_check(name("level"), warning, gauge >= 0);
      service.add_check(name("callback"), critical, {.source = &callback, .kind = Kind::callback});
      const auto gated = service.add_check(name("gated"), warning, activity.rate(10s) > 0);
      service.set_schedule(gated, hours);
    }
    service.start();
  }

  Clock clock;
  detail::Waker waker;
  ResolvedConfig config{.service = "bench",
                        .key = "health:bench",
                        .find_redis = {},
                        .interval = 10s,
                        .ttl = 60s,
                        .start_grace = 60s,
                        .stop_timeout = 1s};
  ServiceState service{config, clock, waker};
};

void look_and_encode(benchmark::State& state) {
  TwentyChecks checks;
  const std::string replaced = encode(checks.service.snapshot().document).substr(0, identity_bytes);
  for (auto _ : state) {
    benchmark::DoNotOptimize(encode(checks.service.snapshot().document));
    benchmark::DoNotOptimize(read_writer_identity(replaced));
  }
}

void look(benchmark::State& state) {
  TwentyChecks checks;
  for (auto _ : state) benchmark::DoNotOptimize(checks.service.snapshot());
}

void schedule_at(benchmark::State& state) {
  const Schedule hours{"Mon-Fri 09:15-15:30 Asia/Kolkata", {"2026-01-26", "2026-08-15"}};
  for (auto _ : state)
    benchmark::DoNotOptimize(hours.at(std::chrono::system_clock::time_point{490'000h}));
}

}  // namespace

BENCHMARK(look_and_encode);
BENCHMARK(look);
BENCHMARK(schedule_at);
