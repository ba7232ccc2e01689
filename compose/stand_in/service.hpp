#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "heartbeat/heartbeat.hpp"
#include "stand_in/control.hpp"
#include "stand_in/fault.hpp"

namespace stand_in {

/// A service that can be broken from outside: what a stand-in adds to the code of a real service.
class Service {
 private:
  std::string name_;
  heartbeat::Clock clock_;

 public:
  /// An empty name takes HEARTBEAT_SERVICE. Throws heartbeat::ConfigError.
  explicit Service(const std::string& name);

  /// Writes one line to stderr. Thread-safe, also after the Service is gone.
  const std::function<void(std::string_view line)> log;
  heartbeat::Heartbeat beat;

  /// Adds a row that can be broken. Each row breaks separately, which shows one check at a time: a
  /// lost connection does not stop the ticks.
  Fault breakable(std::string row) { return faults_.add(std::move(row)); }

  /// Ends a pass of the main loop: sleeps for the pause, and for as long as the loop is told to
  /// hang. Returns false after SIGTERM or SIGINT, which main() has blocked. The first call opens
  /// the control socket.
  bool next(std::chrono::milliseconds pause);

 private:
  void open_control();
  Reply execute(std::string_view line);
  Reply advance(std::string_view duration);
  std::string status_text();

  Faults faults_;
  std::atomic<bool> hanging_{false};
  bool started_ = false;
  std::optional<Control> control_;  // last: its thread uses all of the above
};

/// The name; if it is empty, HEARTBEAT_SERVICE, if that is set.
std::string name_or_environment(const std::string& name);

}  // namespace stand_in
