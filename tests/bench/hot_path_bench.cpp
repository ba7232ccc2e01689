// The calls of the hot path beside the least that could do their work, and
// beside prometheus-cpp: scripts/bench hot_path turns the times into ratios.
#include <benchmark/benchmark.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <time.h>

#include <atomic>

#include "heartbeat/source.hpp"

namespace {

/// One relaxed fetch_add and one relaxed store of the coarse monotonic clock.
struct alignas(64) BareLimit {
  void mark() noexcept {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    total.fetch_add(1, std::memory_order_relaxed);
    stamp.store(now.tv_sec * 1'000'000'000 + now.tv_nsec, std::memory_order_relaxed);
  }
  std::atomic<std::uint64_t> total{0};
  std::atomic<std::int64_t> stamp{0};
};

heartbeat::detail::Waker waker;
const heartbeat::Clock machine_clock;

void bare_limit(benchmark::State& state) {
  static BareLimit limit;
  for (auto _ : state) limit.mark();
}

void prometheus_increment(benchmark::State& state) {
  static prometheus::Counter counter;
  for (auto _ : state) counter.Increment();
}

/// A source with an age check only: it remembers one stamp.
void mark(benchmark::State& state) {
  static heartbeat::Events events{waker, machine_clock};
  for (auto _ : state) events.mark();
}

/// A source with a count or a rate, as much as every such check remembers at least.
void mark_counted(benchmark::State& state) {
  static heartbeat::Events events{waker, machine_clock};
  static const bool reserved = (events.log().reserve(1024), true);
  benchmark::DoNotOptimize(reserved);
  for (auto _ : state) events.mark();
}

void flag_set(benchmark::State& state) {
  static heartbeat::Flag flag{waker};
  for (auto _ : state) flag.set(true);
}

heartbeat::Gauge& quiet_gauge() {
  static heartbeat::Gauge gauge{waker};
  gauge.quiet_between(-1e300, 1e300);
  return gauge;
}

void gauge_set(benchmark::State& state) {
  static heartbeat::Gauge& gauge = quiet_gauge();
  for (auto _ : state) gauge.set(1);
}

void gauge_add(benchmark::State& state) {
  static heartbeat::Gauge& gauge = quiet_gauge();
  for (auto _ : state) gauge.add(1);
}

void prometheus_gauge_set(benchmark::State& state) {
  static prometheus::Gauge gauge;
  for (auto _ : state) gauge.Set(1);
}

}  // namespace

BENCHMARK(bare_limit)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(mark)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(mark_counted)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(prometheus_increment)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(flag_set)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(gauge_set)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(gauge_add)->ThreadRange(1, 2)->UseRealTime();
BENCHMARK(prometheus_gauge_set)->ThreadRange(1, 2)->UseRealTime();
