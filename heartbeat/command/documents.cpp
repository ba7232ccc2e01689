#include "command/documents.hpp"

namespace heartbeat::command {

Document without_next_beat(Document document, std::chrono::seconds ttl) {
  document.interval = no_next_beat;
  document.ttl = ttl;
  if (document.instance) document.instance->start_ticks.reset();
  return document;
}

}  // namespace heartbeat::command
