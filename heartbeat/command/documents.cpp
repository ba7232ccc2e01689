#include "command/documents.hpp"

#include <algorithm>

#include "document/secrets.hpp"
#include "document/text.hpp"
#include "writer/service_state.hpp"

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
  // As ServiceState::report() does: the last line of a command may be anything.
  const auto reason = printable(mask_secrets(report.reason), max_reason_bytes);
  document.status = report.status;
  document.reported = Reported{report.status, reason};
  document.reason = reason;
  return without_next_beat(std::move(document), std::max(lives, std::chrono::seconds{1}));
}

}  // namespace heartbeat::command
