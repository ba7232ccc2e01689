#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/board.hpp"
#include "edge/options.hpp"
#include "redis/client.hpp"
#include "redis/config.hpp"

namespace probe {

/// Looks at the services once a second, in a thread of its own that ends with the process: it
/// may block, and in a name lookup for as long as that likes.
class Lookout {
 public:
  /// Starts to look. Lives, as both arguments must, until the process ends. Throws
  /// std::system_error where there can be no thread.
  static Lookout& start(const Options& options, const heartbeat::redis::Environment& environment);
  Lookout(const Lookout&) = delete;
  Lookout& operator=(const Lookout&) = delete;

  /// Readable when there is a look to take.
  int descriptor() const noexcept { return ready_; }
  /// The newest look, once.
  std::unique_ptr<Look> take() noexcept;

 private:
  Lookout(const Options& options, const heartbeat::redis::Environment& environment);
  // In this thread nobody could catch anything.
  [[noreturn]] void work() noexcept;
  Look look() noexcept;
  void ask(Look& found) noexcept;

  const Options& options_;
  const heartbeat::redis::Environment& environment_;
  std::optional<heartbeat::redis::Client> client_;
  std::string place_;
  int ready_;
  std::atomic<Look*> newest_{nullptr};
};

}  // namespace probe
