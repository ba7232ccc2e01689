#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "cli/options.hpp"
#include "core/roster.hpp"
#include "redis/client.hpp"
#include "redis/config.hpp"
#include "watch/status_table.hpp"

namespace probe {

/// Reads the services once a second, in a thread that ends with the process: a lookup may hang.
class FleetPoller {
 public:
  /// Both arguments must live until the process ends, as the poller does. Throws std::system_error.
  static FleetPoller& start(const Options& options, const redis::Environment& environment);

  /// Becomes readable when there is a result to take.
  int descriptor() const noexcept { return ready_; }
  std::unique_ptr<WatchReading> take() noexcept;

  /// Lets the readings have the document of this service, also where those of all are too many.
  void want_document(const std::string& service) noexcept;

 private:
  FleetPoller(const Options& options, const redis::Environment& environment);
  // An exception in this thread ends the program.
  [[noreturn]] void work() noexcept;
  WatchReading poll_once() noexcept;

  const Options& options_;
  const redis::Environment& environment_;
  std::optional<redis::Client> client_;
  Roster memory_;  ///< every name that was seen, unless it was forgotten
  std::string place_;
  int ready_;
  std::atomic<WatchReading*> newest_{nullptr};
  std::mutex mutex_;
  std::string wanted_;  ///< guarded by the mutex
};

}  // namespace probe
