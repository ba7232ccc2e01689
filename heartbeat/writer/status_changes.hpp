#pragma once

#include <optional>
#include <string>
#include <utility>

#include "document/document.hpp"
#include "document/time.hpp"
#include "heartbeat/clock.hpp"

namespace heartbeat {

/// Puts each change of a service's status into words, once. Pure; used by one thread.
class StatusChanges {
 public:
  /// `name`: of the service, or of the replica.
  explicit StatusChanges(std::string name) : name_{std::move(name)} {}

  /// Such as `worker:1 is degraded: errors 12, limit <10 (warning) (was healthy for 6m14s)`.
  /// Nothing if the status is that of the last call.
  std::optional<std::string> update(const Document& document, Time now) {
    if (last_ == document.status) return std::nullopt;
    auto line = name_ + " is " + std::string{to_string(document.status)};
    if (!document.reason.empty()) line += ": " + document.reason;
    if (last_)
      line += " (was " + std::string{to_string(*last_)} + " for " +
              format_duration(std::chrono::floor<std::chrono::milliseconds>(now - since_)) + ")";
    last_ = document.status;
    since_ = now;
    return line;
  }

 private:
  std::string name_;
  std::optional<Status> last_{};
  Time since_{};
};

}  // namespace heartbeat
