#include "command/documents.hpp"

#include <algorithm>

namespace heartbeat::command {

Document without_next_beat(Document document, std::chrono::seconds ttl) {
  document.interval = no_next_beat;
  document.ttl = ttl;
  if (document.instance) document.instance->start_ticks.reset();
  return document;
}

Document last_of_job(Document document, const JobPlan& plan, WallTime started,
                     const Reported& report) {
  const auto now = document.written_at.value_or(started);
  const auto due = next_due(plan, started, now);
  const auto lives = std::chrono::ceil<std::chrono::seconds>(missing_at(plan, started, due) - now);
  document.status = report.status;
  document.reported = report;
  document.reason = report.reason;
  return without_next_beat(std::move(document), std::max(lives, std::chrono::seconds{1}));
}

}  // namespace heartbeat::command
