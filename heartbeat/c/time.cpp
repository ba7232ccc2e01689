#include <limits>

#include "c/internal.hpp"

using namespace heartbeat::c;
using heartbeat::Clock;
using heartbeat::Schedule;

namespace {

constexpr std::chrono::days horizon{15};

void store_seconds(std::int64_t value, std::int64_t* to) {
  if (to != nullptr) *to = value;
}

}  // namespace

extern "C" {

heartbeat_result heartbeat_clock_create(heartbeat_clock** clock) {
  return guarded([&] {
    require(clock, "clock") = nullptr;
    *clock = new heartbeat_clock{std::make_shared<Clock>()};
  });
}

heartbeat_result heartbeat_clock_create_stopped(std::int64_t wall_ms, heartbeat_clock** clock) {
  return guarded([&] {
    require(clock, "clock") = nullptr;
    const std::chrono::system_clock::time_point wall{duration(wall_ms, "a wall time")};
    *clock = new heartbeat_clock{std::make_shared<Clock>(Clock::stopped, wall)};
  });
}

heartbeat_result heartbeat_clock_advance(heartbeat_clock* clock, std::int64_t by_ms) {
  return guarded([&] {
    require(clock, "clock");
    if (by_ms < 0) throw bad_argument("a clock goes forward only");
    clock->clock->advance(duration(by_ms, "an advance"));
  });
}

void heartbeat_clock_destroy(heartbeat_clock* clock) { delete clock; }

heartbeat_result heartbeat_schedule_create(const char* text, const char* const* dates,
                                           std::size_t count, heartbeat_schedule** schedule) {
  return guarded([&] {
    require(schedule, "schedule") = nullptr;
    require(text, "text");
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count; ++i) {
      require(dates, "dates");
      texts.emplace_back(&require(dates[i], "a date"));
    }
    *schedule = new heartbeat_schedule{Schedule{text, texts}};
  });
}

heartbeat_result heartbeat_schedule_at(const heartbeat_schedule* schedule, std::int64_t moment,
                                       int* open, std::int64_t* changed, std::int64_t* changes) {
  return guarded([&] {
    require(schedule, "schedule");
    if (std::abs(moment) > std::chrono::seconds{std::chrono::years{200}}.count())
      throw bad_argument("a moment more than 200 years from 1970");
    const Schedule::Seconds at{std::chrono::seconds{moment}};
    const auto view = schedule->schedule.at(at);
    if (open != nullptr) *open = view.open ? 1 : 0;
    store_seconds(view.changed < at - horizon ? std::numeric_limits<std::int64_t>::min()
                                              : view.changed.time_since_epoch().count(),
                  changed);
    store_seconds(view.changes > at + horizon ? std::numeric_limits<std::int64_t>::max()
                                              : view.changes.time_since_epoch().count(),
                  changes);
  });
}

heartbeat_result heartbeat_set_last_time_zone_folder(const char* folder) {
  return guarded([&] { heartbeat::set_last_time_zone_folder(&require(folder, "folder")); });
}

void heartbeat_schedule_destroy(heartbeat_schedule* schedule) { delete schedule; }
}
