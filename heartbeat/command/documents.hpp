#pragma once

#include "command/job.hpp"
#include "document/document.hpp"

/// The documents that healthbeat writes. Pure.
namespace heartbeat::command {

/// A document whose writer ends now: it is no living process, and only the TTL bounds its age.
Document without_next_beat(Document document, std::chrono::seconds ttl);

/// The document that a job leaves behind. It lives until its next run is missing.
Document last_of_job(Document document, const JobPlan& plan, WallTime started,
                     const Reported& report);

}  // namespace heartbeat::command
