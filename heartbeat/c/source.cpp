#include "heartbeat/source.hpp"

#include "c/internal.hpp"

using namespace heartbeat::c;
using heartbeat::Heartbeat;

namespace {

// Adds a source to the beat. On failure returns null and keeps the error.
template <typename Handle, typename Source>
Handle* create(heartbeat_beat* beat, const char* name,
               Source& (Heartbeat::*source)(std::string_view)) noexcept {
  Handle* created = nullptr;
  std::ignore = guarded([&] {
    auto& own = require_own(beat).beat;
    created = reinterpret_cast<Handle*>(&(own.*source)(name != nullptr ? name : ""));
  });
  return created;
}

}  // namespace

extern "C" {

heartbeat_flag* heartbeat_flag_create(heartbeat_beat* beat, const char* name) {
  return create<heartbeat_flag>(beat, name, &Heartbeat::flag);
}

heartbeat_events* heartbeat_activity_create(heartbeat_beat* beat, const char* name) {
  return create<heartbeat_events>(beat, name, &Heartbeat::activity);
}

heartbeat_events* heartbeat_errors_create(heartbeat_beat* beat, const char* name) {
  return create<heartbeat_events>(beat, name, &Heartbeat::errors);
}

heartbeat_gauge* heartbeat_gauge_create(heartbeat_beat* beat, const char* name) {
  return create<heartbeat_gauge>(beat, name, &Heartbeat::gauge);
}

void heartbeat_flag_set(heartbeat_flag* flag, int value) { from(flag)->set(value > 0); }
void heartbeat_flag_set_false(heartbeat_flag* flag, const char* reason) {
  from(flag)->set(false, reason != nullptr ? reason : "");
}
void heartbeat_mark(heartbeat_events* events) { from(events)->mark(); }
void heartbeat_mark_n(heartbeat_events* events, std::uint64_t n) {
  from(events)->mark(static_cast<std::int64_t>(n));
}
void heartbeat_gauge_set(heartbeat_gauge* gauge, double value) { from(gauge)->set(value); }
void heartbeat_gauge_add(heartbeat_gauge* gauge, double by) { from(gauge)->add(by); }

int heartbeat_flag_value(const heartbeat_flag* flag) {
  const auto value = reinterpret_cast<const heartbeat::Flag*>(flag)->value();
  return value ? static_cast<int>(*value) : -1;
}

std::uint64_t heartbeat_total(const heartbeat_events* events) {
  return reinterpret_cast<const heartbeat::Events*>(events)->total();
}

double heartbeat_gauge_value(const heartbeat_gauge* gauge) {
  return reinterpret_cast<const heartbeat::Gauge*>(gauge)->value();
}
}
