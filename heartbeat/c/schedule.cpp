#include <limits>

#include "c/handles.hpp"

using namespace heartbeat::c;
using heartbeat::Schedule;

namespace {

constexpr std::chrono::days horizon{15};

void store_seconds(std::int64_t value, std::int64_t* to) {
  if (to != nullptr) *to = value;
}

}  // namespace

extern "C" {

heartbeat_result heartbeat_schedule_create(const char* text, const char* const* holidays,
                                           std::size_t count, heartbeat_schedule** schedule) {
  return guarded([&] {
    demand(schedule, "schedule") = nullptr;
    demand(text, "text");
    std::vector<std::string> days;
    for (std::size_t i = 0; i < count; ++i) {
      demand(holidays, "holidays");
      days.emplace_back(&demand(holidays[i], "a holiday"));
    }
    *schedule = new heartbeat_schedule{Schedule{text, days}};
  });
}

heartbeat_result heartbeat_schedule_at(const heartbeat_schedule* schedule, std::int64_t moment,
                                       int* open, std::int64_t* changed, std::int64_t* changes) {
  return guarded([&] {
    demand(schedule, "schedule");
    if (std::abs(moment) > std::chrono::seconds{std::chrono::years{200}}.count())
      throw BadArgument{"a moment more than 200 years from 1970"};
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

void heartbeat_schedule_destroy(heartbeat_schedule* schedule) { delete schedule; }
}
