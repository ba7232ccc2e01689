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

/// What a stand-in has beside the code that a real service would have: the means
/// to break it from outside.
class Service {
 private:
  std::string name_;
  heartbeat::Clock clock_;

 public:
  /// An empty name: the one in HEARTBEAT_SERVICE. Throws heartbeat::ConfigError.
  explicit Service(const std::string& name);

  /// One line to stderr, from any thread, also when the Service is gone.
  const std::function<void(std::string_view line)> log;
  heartbeat::Heartbeat beat;

  /// A row that can be broken. Each is broken by itself, so that one rule can be
  /// seen at work: a lost connection, say, leaves the ticks flowing.
  Fault breakable(std::string row) { return faults_.add(std::move(row)); }

  /// Ends a pass of the main loop: waits out the pause, and for as long as the
  /// loop was told to hang. False on SIGTERM or SIGINT, which main() has blocked.
  /// The first call opens the control socket.
  bool next(std::chrono::milliseconds pause);

 private:
  void open_control();
  Reply obey(std::string_view line);
  Reply advance(std::string_view duration);
  std::string judged();

  Faults faults_;
  std::atomic<bool> hanging_{false};
  bool started_ = false;
  std::optional<Control> control_;  // last: its thread uses all of the above
};

/// The name, or the one in HEARTBEAT_SERVICE, or nothing.
std::string name_or_environment(const std::string& name);

}  // namespace stand_in
