#pragma once

#include "document/document.hpp"

/// The documents that healthbeat writes. Pure.
namespace heartbeat::command {

/// A document whose writer ends now: it is no living process, and only the TTL bounds its age.
Document without_next_beat(Document document, std::chrono::seconds ttl);

}  // namespace heartbeat::command
