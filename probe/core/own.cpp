#include "core/own.hpp"

namespace probe {

Ownership ownership_of(const heartbeat::Document& beat, const ThisHost& here) {
  const auto writer = beat.instance.value_or(heartbeat::Instance{});
  if (writer.host != here.name || writer.host.empty())
    return {false, (writer.host.empty() ? "does not say which host wrote it"
                                        : "written by host '" + writer.host + "'") +
                       ", this is '" + here.name + "'"};
  if (!beat.boot || !writer.start_ticks || !writer.pid_namespace)
    return {true, "by the host name alone: the document does not name its process"};
  if (here.boot_id.empty() || !here.pid_namespace || !here.began)
    return {true, "by the host name alone: this machine does not show its processes"};
  if (beat.boot->id != here.boot_id)
    return {false, "written by another machine named '" + here.name +
                       "', or before this one was started again"};
  if (writer.pid_namespace == here.pid_namespace) {
    const bool lives =
        here.start_ticks != nullptr && here.start_ticks(writer.pid) == writer.start_ticks;
    return {lives, "written by process " + std::to_string(writer.pid) +
                       (lives ? ", which still runs" : ", which has ended")};
  }
  if (beat.boot->at < *here.began) return {false, "written before this container started"};
  if (writer.net_namespace && here.net_namespace && writer.net_namespace != here.net_namespace)
    return {false, "written by another container named '" + here.name + "'"};
  return {
      true,
      "by the host name: written in another pid namespace, whose processes this one does not see"};
}

}  // namespace probe
