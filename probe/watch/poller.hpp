#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "cli/options.hpp"
#include "redis/client.hpp"
#include "redis/config.hpp"
#include "watch/status_table.hpp"

namespace probe {

/// Reads the services once a second, in a thread that ends with the process. A name lookup may
/// block the thread for any time.
class FleetPoller {
 public:
  /// Starts to poll. Both arguments must live until the process ends; the poller does. Throws
  /// std::system_error if no thread can be started.
  static FleetPoller& start(const Options& options,
                            const heartbeat::redis::Environment& environment);
  FleetPoller(const FleetPoller&) = delete;
  FleetPoller& operator=(const FleetPoller&) = delete;

  /// Becomes readable when there is a result to take.
  int descriptor() const noexcept { return ready_; }
  /// The newest result; null if it was taken already.
  std::unique_ptr<WatchReading> take() noexcept;

 private:
  FleetPoller(const Options& options, const heartbeat::redis::Environment& environment);
  // An exception in this thread ends the program.
  [[noreturn]] void work() noexcept;
  WatchReading poll_once() noexcept;

  const Options& options_;
  const heartbeat::redis::Environment& environment_;
  std::optional<heartbeat::redis::Client> client_;
  std::string place_;
  int ready_;
  std::atomic<WatchReading*> newest_{nullptr};
};

}  // namespace probe
