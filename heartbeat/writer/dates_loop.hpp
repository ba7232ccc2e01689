#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "heartbeat/schedule.hpp"
#include "writer/change_watch.hpp"
#include "writer/detachable_thread.hpp"
#include "writer/service_state.hpp"
#include "writer/sink.hpp"

namespace heartbeat {

/// The body of the thread that looks every interval at the files of the schedules, and reads again
/// what has changed. It is a thread of its own, because a file may be on a mount that hangs.
class DatesLoop {
 public:
  DatesLoop(std::chrono::milliseconds interval, ServiceState& service, DetachableThread& thread,
            SharedWriter& writer, Log log);

  /// Runs until the thread is asked to stop.
  void run() noexcept;

 private:
  /// The schedule of one check.
  struct Watched {
    std::size_t check;
    Schedule schedule;
    std::vector<ChangeWatch> files;  // in the order of schedule.files()
    bool is_new = false;             // read again, and not yet used
    std::string error{};             // why it could not be read again
  };

  [[nodiscard]] bool step() noexcept;
  static void look(Watched& watched, Time now);
  void tell(const std::string& error);

  const std::chrono::milliseconds interval_;
  ServiceState& service_;
  DetachableThread& thread_;
  SharedWriter& writer_;
  const Log log_;
  std::vector<Watched> watched_;
  std::string error_;  // what was told
};

}  // namespace heartbeat
