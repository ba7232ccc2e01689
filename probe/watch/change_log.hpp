#pragma once

#include <string>

#include "core/change.hpp"
#include "render/render.hpp"
#include "watch/status_table.hpp"

namespace probe {

/// The log of --watch: a line for each change of a verdict, and for each loss and return of Redis.
/// Pure.
class ChangeLog {
 public:
  explicit ChangeLog(Format format) : format_{format} {}

  /// The lines for a reading of this time. The first one begins with what is read; then all
  /// services are new, and if there are more than max_listed, the healthy ones are only counted.
  /// Ends the program when memory is exhausted.
  std::string lines(const WatchReading& reading, heartbeat::WallTime at) noexcept;

 private:
  std::string beginning(const WatchReading& reading, heartbeat::WallTime at) const;

  Format format_;
  ChangeDetector detector_;
  bool has_begun_ = false;
};

}  // namespace probe
