// The cost of one beat of 20 and of 100 checks.
#include <benchmark/benchmark.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>

#include "checks.hpp"

namespace {

using namespace std::chrono_literals;

void beat(benchmark::State& state) {
  heartbeat::Clock clock;
  Checks checks{static_cast<int>(state.range(0)), clock};
  for (auto _ : state) benchmark::DoNotOptimize(checks.beat());
}

void look(benchmark::State& state) {
  heartbeat::Clock clock;
  Checks checks{static_cast<int>(state.range(0)), clock};
  for (auto _ : state) checks.look();
}

/// The kernel's part of a look.
void membarrier(benchmark::State& state) {
  heartbeat::Clock clock;
  const Checks checks{10, clock};  // registers this process
  for (auto _ : state) syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL_EXPEDITED, 0, 0);
}

void schedule_at(benchmark::State& state) {
  const heartbeat::Schedule hours{"Mon-Fri 09:15-15:30 Asia/Kolkata", {"2026-01-26", "2026-08-15"}};
  for (auto _ : state)
    benchmark::DoNotOptimize(hours.at(std::chrono::system_clock::time_point{490'000h}));
}

}  // namespace

BENCHMARK(beat)->Arg(20)->Arg(100);
BENCHMARK(look)->Arg(20)->Arg(100);
BENCHMARK(membarrier);
BENCHMARK(schedule_at);
