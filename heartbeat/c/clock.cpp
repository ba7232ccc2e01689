#include "c/handles.hpp"

using namespace heartbeat::c;
using heartbeat::Clock;

extern "C" {

heartbeat_result heartbeat_clock_create(heartbeat_clock** clock) {
  return guarded([&] {
    demand(clock, "clock") = nullptr;
    *clock = new heartbeat_clock{std::make_shared<Clock>()};
  });
}

heartbeat_result heartbeat_clock_create_stopped(std::int64_t wall_ms, heartbeat_clock** clock) {
  return guarded([&] {
    demand(clock, "clock") = nullptr;
    const std::chrono::system_clock::time_point wall{duration(wall_ms, "a wall time")};
    *clock = new heartbeat_clock{std::make_shared<Clock>(Clock::stopped, wall)};
  });
}

heartbeat_result heartbeat_clock_advance(heartbeat_clock* clock, std::int64_t by_ms) {
  return guarded([&] {
    demand(clock, "clock");
    if (by_ms < 0) throw BadArgument{"a clock goes forward only"};
    clock->clock->advance(duration(by_ms, "an advance"));
  });
}

void heartbeat_clock_destroy(heartbeat_clock* clock) { delete clock; }
}
